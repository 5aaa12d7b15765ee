import type { FastifyInstance } from 'fastify';
import { queryOf } from '../../http/parameters.ts';
import type { AccountsContext } from '../context.ts';
import { issueFormToken, readForm, unverifiedFields } from '../forms.ts';
import { readContinue } from '../request/continue-to.ts';
import { stepOptions } from '../request/step-options.ts';
import { decodeTarget, encodeTarget, groupChoices } from '../request/targets.ts';
import { loadStep, restartStep } from './step.ts';

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
      ...stepOptions(context, request, reply, { session: step.session, continueTo, app: step.authorization }),
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
