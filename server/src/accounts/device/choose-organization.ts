import type { FastifyInstance } from 'fastify';
import { queryOf } from '../../http/parameters.ts';
import { byEnvironment, type Candidate, decodeTarget, encodeTarget } from '../authorize/targets.ts';
import type { AccountsContext } from '../context.ts';
import { formTargets } from '../continue-to.ts';
import { issueFormToken, readForm } from '../forms.ts';
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
      formTargets: formTargets(context, undefined),
      user: session,
      signOutToken: issueFormToken(context, request, reply, '/signout'),
      continueTo: devicePath(step.userCode),
      data: {
        csrf: issueFormToken(context, request, reply, '/oauth/v3/device/organization'),
        client: step.client,
        userCode: step.userCode,
        organizations: groupByOrganization(context, step.candidates),
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

/** One group of radio buttons per organization; the first production environment is chosen beforehand. */
function groupByOrganization(context: AccountsContext, candidates: readonly Candidate[]) {
  const { environments, environmentHints } = context.pages.messages;
  const groups = Map.groupBy(candidates, (candidate) => candidate.organizationId);
  return [...groups.values()].map((group, groupIndex) => ({
    name: group[0]?.organizationName ?? '',
    choices: group.toSorted(byEnvironment).map((candidate, index) => ({
      value: encodeTarget(candidate),
      label: environments[candidate.environment],
      hint: environmentHints[candidate.environment],
      checked: groupIndex === 0 && index === 0,
    })),
  }));
}
