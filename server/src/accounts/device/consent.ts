import type { FastifyInstance } from 'fastify';
import { queryOf } from '../../http/parameters.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import type { AccountsContext } from '../context.ts';
import { issueFormToken, isWhatWasShown, readForm, sealShown } from '../forms.ts';
import { stepOptions } from '../request/step-options.ts';
import { type Candidate, decodeTarget, encodeTarget } from '../request/targets.ts';
import { findSession, type Session } from '../sessions.ts';
import { approveDevice } from './approve.ts';
import { deviceDonePath, devicePath } from './device-path.ts';
import { type DeviceStep, loadDeviceStep } from './device-step.ts';
import { sendFormExpired } from './enter-code.ts';

const eventKind = 'device-consent';

/**
 * The consent page of a device (reference §6.2): which app asks for what, in which organization, and the code, to be
 * compared with the one on the device. It is shown each time, whatever was granted before (RFC 8628 §5.4).
 */
export function registerDeviceConsent(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;

  app.get('/oauth/v3/device/consent', async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const typed = query.get('user_code');
    const session = await findSession(context, request);
    const step = session && (await loadDeviceStep(context, request, session, typed));
    if (!step || 'refusal' in step) return reply.redirect(devicePath(typed ?? undefined), 302);
    const target = decodeTarget(query.get('organization'), step.candidates);
    if (!target) return reply.redirect(devicePath(step.userCode), 302);
    return pages.send(reply, 'device-consent', {
      title: step.client.name,
      ...stepOptions(context, request, reply, { session, continueTo: devicePath(step.userCode) }),
      data: {
        ...consentData(context, step, target),
        csrf: issueFormToken(context, request, reply, '/oauth/v3/device/consent'),
        shown: sealShown(context, request, shownTo(context, session, step, target)),
      },
    });
  });

  app.post('/oauth/v3/device/consent', async (request, reply) => {
    const form = readForm(context, request);
    const decision = form?.get('decision');
    if (!form || (decision !== 'accept' && decision !== 'reject')) return sendFormExpired(context, request, reply);
    const typed = form.get('user_code');
    const session = await findSession(context, request);
    const step = session && (await loadDeviceStep(context, request, session, typed));
    const target = step && !('refusal' in step) && decodeTarget(form.get('organization'), step.candidates);
    if (!step || 'refusal' in step || !target) return reply.redirect(devicePath(typed ?? undefined), 303);

    const { clientId } = step.client;
    const { userId } = session;
    if (!isWhatWasShown(context, request, form, shownTo(context, session, step, target))) {
      context.events.record({ kind: eventKind, outcome: 'ConsentChanged', clientId, userId, requestId: request.id });
      return reply.redirect(devicePath(step.userCode), 303);
    }
    const userCode = context.deviceRequests.maskUserCode(step.userCode);
    const record = (outcome: string, detail: Readonly<Record<string, unknown>> = {}) =>
      context.events.record({
        kind: eventKind,
        outcome,
        clientId,
        userId,
        requestId: request.id,
        keys: [context.deviceRequests.tieOf(step.userCode)],
        tiedAnywhere: true,
        detail: { userCode, ...detail },
      });
    if (decision === 'reject') {
      const first = await context.deviceRequests.decide(step.request, { decision: 'rejected' }, context.clock.nowMs());
      if (!first) return reply.redirect(devicePath(step.userCode), 303);
      record('AccessDenied');
      return reply.redirect(deviceDonePath('rejected'), 303);
    }
    const refusal = await approveDevice(context, step, session, target);
    if (refusal) {
      record(refusal.outcome, refusal.detail);
      const error = refusal.outcome === 'CodeThrottled' ? 'limit' : undefined;
      return reply.redirect(devicePath(step.userCode, error), 303);
    }
    const { organizationId, environment } = target;
    record('Success', { askedIn: step.request.dataCenter, organizationId, environment });
    return reply.redirect(deviceDonePath('accepted'), 303);
  });

  app.get('/oauth/v3/device/done', async (request, reply) => {
    const accepted = new URLSearchParams(queryOf(request.url)).get('decision') === 'accepted';
    const { messages } = pages;
    const heading = accepted ? messages.deviceAccepted : messages.deviceRejected;
    const text = accepted ? messages.deviceAcceptedText : messages.deviceRejectedText;
    return pages.send(reply, 'notice', { title: heading, data: { heading, text } });
  });
}

/** What the form's seal covers; how long ago the device asked is left out, because it changes by itself. */
function shownTo(context: AccountsContext, session: Session, step: DeviceStep, target: Candidate) {
  const { asked, ...shown } = consentData(context, step, target);
  return [shown, session.userId];
}

function consentData(context: AccountsContext, step: DeviceStep, target: Candidate) {
  const { messages } = context.pages;
  const { client, request, scopes, userCode } = step;
  const { lifetimes } = settingsFor(context.settings, client);
  const minutesAgo = Math.floor((context.clock.nowMs() - request.createdAtMs) / 60_000);
  return {
    client,
    userCode,
    asked: messages.deviceAsked(request.dataCenter.toUpperCase(), minutesAgo),
    organization:
      target.organizationName === null
        ? undefined
        : { name: target.organizationName, environment: messages.environments[target.environment] },
    organizationChoice: encodeTarget(target),
    scopes: scopes.scopes,
    lifetime: request.offline
      ? messages.lifetimeOffline
      : messages.lifetimeOnline(Math.round(lifetimes.accessTokenTtlSeconds / 60)),
  };
}
