import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ownEntry } from '../../foundation/own-entry.ts';
import { queryOf } from '../../http/parameters.ts';
import type { AccountsContext } from '../context.ts';
import { sendErrorPage } from '../error-page.ts';
import { issueFormToken, readForm } from '../forms.ts';
import { knownHome, withMark } from '../known-home.ts';
import type { Messages } from '../pages/messages.ts';
import { hopParameter } from '../request/continue-to.ts';
import { stepOptions } from '../request/step-options.ts';
import { encodeTarget } from '../request/targets.ts';
import { findSession } from '../sessions.ts';
import { deviceConsentPath, deviceOrganizationPath, devicePath } from './device-path.ts';
import { type DeviceFault, loadDeviceStep } from './device-step.ts';

const notices = { expired: 'expired', limit: 'deviceLimit' } as const satisfies Record<string, keyof Messages>;

/**
 * `GET /oauth/v3/device` (reference §6.2): sign in, in the home data centre, and type the code. With the code in the
 * address (`verification_uri_complete`) the typing is spared, never the question.
 */
export function registerEnterCode(app: FastifyInstance, context: AccountsContext): void {
  app.get('/oauth/v3/device', async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const typed = query.get('user_code');
    const hop = query.get(hopParameter);
    const session = hop ? undefined : await findSession(context, request);
    if (!session) {
      const atHome = hop ? undefined : addressAtHome(context, request);
      if (atHome) return reply.redirect(atHome, 302);
      const carried = hop ? `&${hopParameter}=${encodeURIComponent(hop)}` : '';
      const continueTo = devicePath(typed ?? undefined);
      return reply.redirect(`/signin?continue=${encodeURIComponent(continueTo)}${carried}`, 302);
    }

    const { messages } = context.pages;
    const notice = ownEntry(notices, query.get('error'));
    let text: string | undefined = notice && messages[notice];
    if (typed !== null && !notice) {
      const step = await loadDeviceStep(context, request, session, typed);
      if (!('refusal' in step)) {
        const [only] = step.candidates;
        const chosen = step.candidates.length === 1 ? only : undefined;
        const { userCode } = step;
        return reply.redirect(
          chosen ? deviceConsentPath(userCode, encodeTarget(chosen)) : deviceOrganizationPath(userCode),
          302,
        );
      }
      if (!step.typeAgain) return sendErrorPage(context, request, reply, step.refusal, step.clientId);
      recordFault(context, request, session.userId, step);
      text = step.refusal.outcome === 'UserCodeThrottled' ? messages.deviceThrottled : messages.deviceCodeWrong;
    }
    return context.pages.send(reply, 'device-code', {
      title: messages.deviceTitle,
      ...stepOptions(context, request, reply, { session, continueTo: devicePath() }),
      data: {
        csrf: issueFormToken(context, request, reply, '/oauth/v3/device'),
        typed: typed?.slice(0, 64),
        notice: text,
      },
    });
  });

  app.post('/oauth/v3/device', async (request, reply) => {
    const form = readForm(context, request);
    if (form) return reply.redirect(devicePath(form.get('user_code')?.trim() ?? ''), 303);
    return sendFormExpired(context, request, reply);
  });
}

/**
 * Back to the beginning after a form that did not come from our page in this browser. Its code is not taken along: it may
 * be one that somebody else wants to see accepted here (RFC 8628 §5.4).
 */
export function sendFormExpired(context: AccountsContext, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  context.events.record({ kind: 'device-code', outcome: 'FormExpired', requestId: request.id });
  return reply.redirect(devicePath(undefined, 'expired'), 303);
}

function recordFault(context: AccountsContext, request: FastifyRequest, userId: string, fault: DeviceFault): void {
  const { outcome, detail = {} } = fault.refusal;
  const { clientId } = fault;
  context.events.record({ kind: 'device-code', outcome, clientId, userId, requestId: request.id, detail });
}

/**
 * The same page where this browser signed in before. Whether the client is enabled there is not asked: without a
 * session nobody learns anything about a code. Every data centre of the realm takes the code, so nobody is stranded.
 */
function addressAtHome(context: AccountsContext, request: FastifyRequest): string | undefined {
  const home = knownHome(context, request);
  if (!home) return undefined;
  context.events.record({
    kind: 'hop',
    outcome: 'Success',
    requestId: request.id,
    detail: { to: home.id, known: true },
  });
  return withMark(`${home.origins.accounts}${request.url}`, context);
}
