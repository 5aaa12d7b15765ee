import type { FastifyInstance } from 'fastify';
import { queryOf } from '../../http/parameters.ts';
import type { AccountsContext } from '../context.ts';
import { formTargets, readContinue } from '../continue-to.ts';
import { issueFormToken, readForm, unverifiedFields } from '../forms.ts';
import { loadStep, restartStep } from './step.ts';
import { byEnvironment, type Candidate, decodeTarget, encodeTarget } from './targets.ts';

/** The page where a user with several organizations or environments says which one the client will work with. */
export function registerChooseOrganization(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;

  app.get('/oauth/organization', async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const continueTo = readContinue(query.get('continue'));
    const step = await loadStep(context, request, continueTo);
    if (!step) return restartStep(reply, continueTo, 302);
    return pages.send(reply, 'choose-organization', {
      title: pages.messages.chooseOrganization,
      formTargets: formTargets(context, step.authorization),
      user: step.session,
      signOutToken: issueFormToken(context, request, reply, '/signout'),
      continueTo,
      openedByApp: true,
      data: {
        csrf: issueFormToken(context, request, reply, '/oauth/organization'),
        client: step.authorization.client,
        organizations: groupChoices(context, step.candidates),
        notice: query.get('error') === 'choice' ? pages.messages.choiceInvalid : undefined,
      },
    });
  });

  app.post('/oauth/organization', async (request, reply) => {
    const form = readForm(context, request);
    const continueTo = readContinue((form ?? unverifiedFields(request)).get('continue'));
    const step = form && (await loadStep(context, request, continueTo));
    if (!step) {
      context.events.record({ kind: 'consent', outcome: 'FormExpired', requestId: request.id });
      return restartStep(reply, continueTo, 303);
    }
    const target = decodeTarget(form.get('organization'), step.candidates);
    const rest = `continue=${encodeURIComponent(continueTo)}`;
    if (!target) return reply.redirect(`/oauth/organization?${rest}&error=choice`, 303);
    return reply.redirect(`/oauth/consent?organization=${encodeTarget(target)}&${rest}`, 303);
  });
}

/** One group of radio buttons per organization; the first production environment is chosen beforehand. */
export function groupChoices(context: AccountsContext, candidates: readonly Candidate[]) {
  const { environments, environmentHints } = context.pages.messages;
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const key = candidate.organizationId ?? '';
    groups.set(key, [...(groups.get(key) ?? []), candidate]);
  }
  return [...groups.values()].map((group, groupIndex) => ({
    name: group[0]?.organizationName ?? '',
    choices: group.sort(byEnvironment).map((candidate, index) => ({
      value: encodeTarget(candidate),
      label: environments[candidate.environment],
      hint: environmentHints[candidate.environment],
      checked: groupIndex === 0 && index === 0,
    })),
  }));
}
