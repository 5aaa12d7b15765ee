import type { FastifyInstance } from 'fastify';
import { queryOf } from '../../http/parameters.ts';
import type { AccountsContext } from '../context.ts';
import { issueFormToken, readForm } from '../forms.ts';
import { stepOptions } from '../request/step-options.ts';
import { decodeTarget, encodeTarget, groupChoices } from '../request/targets.ts';
import { findSession } from '../sessions.ts';
import { deviceConsentPath, deviceOrganizationPath, devicePath } from './device-path.ts';
import { loadDeviceStep } from './device-step.ts';
import { sendFormExpired } from './enter-code.ts';

/** The page where the user says which organization and environment the device will work with (reference §1.5). */
export function registerDeviceOrganization(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;

  app.get('/oauth/v3/device/organization', async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const typed = query.get('user_code');
    const session = await findSession(context, request);
    const step = session && (await loadDeviceStep(context, request, session, typed));
    // The beginning finds out what is missing, and says it.
    if (!step || 'refusal' in step) return reply.redirect(devicePath(typed ?? undefined), 302);
    return pages.send(reply, 'device-organization', {
      title: pages.messages.chooseOrganization,
      ...stepOptions(context, request, reply, { session, continueTo: devicePath(step.userCode) }),
      data: {
        csrf: issueFormToken(context, request, reply, '/oauth/v3/device/organization'),
        client: step.client,
        userCode: step.userCode,
        organizations: groupChoices(context, step.candidates),
        notice: query.get('error') === 'choice' ? pages.messages.choiceInvalid : undefined,
      },
    });
  });

  app.post('/oauth/v3/device/organization', async (request, reply) => {
    const form = readForm(context, request);
    if (!form) return sendFormExpired(context, request, reply);
    const typed = form.get('user_code');
    const session = await findSession(context, request);
    const step = session && (await loadDeviceStep(context, request, session, typed));
    if (!step || 'refusal' in step) return reply.redirect(devicePath(typed ?? undefined), 303);
    const target = decodeTarget(form.get('organization'), step.candidates);
    const next = target
      ? deviceConsentPath(step.userCode, encodeTarget(target))
      : deviceOrganizationPath(step.userCode, 'choice');
    return reply.redirect(next, 303);
  });
}
