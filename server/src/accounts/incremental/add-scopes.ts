import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isReading } from '../../http/methods.ts';
import { queryOf } from '../../http/parameters.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { appendQuery } from '../authorize/response-uri.ts';
import type { AccountsContext } from '../context.ts';
import { sendErrorPage } from '../error-page.ts';
import { issueFormToken, isWhatWasShown, readForm, sealShown, unverifiedFields } from '../forms.ts';
import { readContinue } from '../request/continue-to.ts';
import { stepOptions } from '../request/step-options.ts';
import { type Candidate, decodeTarget, encodeTarget, groupChoices } from '../request/targets.ts';
import { endSession, findSession, type Session } from '../sessions.ts';
import { checkAddition, type ScopeAddition } from './scope-addition.ts';
import { addScopes } from './store-addition.ts';

const path = '/oauth/v2/token/addextrascope';
const formPath = '/oauth/scopes';

/** What the pages of this flow need; looked up again by each, because the browser sends it. */
interface Step {
  readonly session: Session;
  readonly addition: ScopeAddition;
  readonly continueTo: string;
}

/**
 * `GET /oauth/v2/token/addextrascope` (reference §1.10, step 2): the owner of a refresh token grants it more scopes, and
 * chooses the organization and environment when a scope needs one and the token has none. No new token is issued; the
 * session ends afterwards, as `logout=true` demands.
 */
export function registerAddScopes(app: FastifyInstance, context: AccountsContext): void {
  app.all(path, async (request, reply) => {
    if (!isReading(request.method)) {
      const detail = { came: request.method, expected: 'GET' };
      return sendErrorPage(context, request, reply, { outcome: 'MethodNotAllowed', detail });
    }
    const addition = await checkAddition(context, request.url);
    if ('outcome' in addition) return refuse(context, request, reply, addition);
    const session = await findSession(context, request);
    if (!session) return reply.redirect(`/signin?continue=${encodeURIComponent(request.url)}`, 302);
    if (session.userId !== addition.enhancement.userId)
      return refuse(context, request, reply, { outcome: 'EnhanceOfOtherUser' });
    const step = { session, addition, continueTo: request.url };
    const { candidates } = addition;
    if (candidates === undefined || candidates.length === 1) {
      return sendConsent(context, request, reply, step, candidates?.[0]);
    }
    return reply.redirect(`${formPath}?continue=${encodeURIComponent(request.url)}`, 302);
  });

  app.get(formPath, async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const continueTo = readContinue(query.get('continue'));
    const step = await loadStep(context, request, continueTo);
    if (!step?.addition.candidates) return reply.redirect(continueTo, 302);
    const target = decodeTarget(query.get('organization'), step.addition.candidates);
    if (target) return sendConsent(context, request, reply, step, target);
    return sendChooser(context, request, reply, step, query.get('error') === 'choice');
  });

  app.post(`${formPath}/organization`, async (request, reply) => {
    const form = readForm(context, request);
    const continueTo = readContinue((form ?? unverifiedFields(request)).get('continue'));
    const step = form && (await loadStep(context, request, continueTo));
    if (!step?.addition.candidates) {
      context.events.record({ kind: 'consent', outcome: 'FormExpired', requestId: request.id });
      return reply.redirect(continueTo, 303);
    }
    const target = decodeTarget(form?.get('organization'), step.addition.candidates);
    const choice = target ? `organization=${encodeTarget(target)}` : 'error=choice';
    return reply.redirect(`${formPath}?${choice}&continue=${encodeURIComponent(continueTo)}`, 303);
  });

  app.post(formPath, async (request, reply) => {
    const form = readForm(context, request);
    const continueTo = readContinue((form ?? unverifiedFields(request)).get('continue'));
    const decision = form?.get('decision');
    const step = form && (await loadStep(context, request, continueTo));
    const candidates = step?.addition.candidates;
    const choice = form?.get('organization') ?? '';
    const target = decodeTarget(choice, candidates ?? []);
    // A choice that is nobody's to make, also because another page has bound the token meanwhile: asked again.
    const chosen = candidates ? target !== undefined : choice === '';
    if (!step || !chosen || (decision !== 'accept' && decision !== 'reject')) {
      context.events.record({ kind: 'consent', outcome: 'FormExpired', requestId: request.id });
      return reply.redirect(continueTo, 303);
    }
    const { session, addition } = step;
    if (!isWhatWasShown(context, request, form, [consentData(context, addition, target), session.userId, continueTo])) {
      const { clientId } = addition.client;
      context.events.record({ kind: 'consent', outcome: 'ConsentChanged', clientId, requestId: request.id });
      return reply.redirect(continueTo, 303);
    }
    return reply.redirect(
      await decide(context, request, reply, step, { accepted: decision === 'accept', target }),
      303,
    );
  });
}

/** Undefined when the session has ended, is another user's, or the request is not, or no longer, in order. */
async function loadStep(context: AccountsContext, request: FastifyRequest, continueTo: string) {
  const session = await findSession(context, request);
  if (!session || !continueTo.startsWith(`${path}?`)) return undefined;
  const addition = await checkAddition(context, continueTo);
  if ('outcome' in addition || session.userId !== addition.enhancement.userId) return undefined;
  return { session, addition, continueTo };
}

function sendChooser(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { session, addition, continueTo }: Step,
  choiceInvalid: boolean,
) {
  const { messages } = context.pages;
  const action = `${formPath}/organization`;
  return context.pages.send(reply, 'choose-organization', {
    title: messages.chooseOrganization,
    ...stepOptions(context, request, reply, { session, continueTo, app: addition }),
    data: {
      action,
      csrf: issueFormToken(context, request, reply, action),
      client: addition.client,
      organizations: groupChoices(context, addition.candidates ?? []),
      notice: choiceInvalid ? messages.choiceInvalid : undefined,
    },
  });
}

function sendConsent(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { session, addition, continueTo }: Step,
  target: Candidate | undefined,
) {
  const shown = consentData(context, addition, target);
  return context.pages.send(reply, 'consent', {
    title: addition.client.name,
    ...stepOptions(context, request, reply, { session, continueTo, app: addition }),
    data: {
      ...shown,
      csrf: issueFormToken(context, request, reply, formPath),
      shown: sealShown(context, request, [shown, session.userId, continueTo]),
    },
  });
}

/** Everything on the page that depends on the request; the form's seal covers it. */
function consentData(context: AccountsContext, addition: ScopeAddition, target: Candidate | undefined) {
  const { messages } = context.pages;
  return {
    action: formPath,
    client: addition.client,
    organization: target && { name: target.organizationName, environment: messages.environments[target.environment] },
    organizationChoice: target ? encodeTarget(target) : '',
    scopes: addition.scopes.scopes,
    offersSession: false,
    lifetime: messages.lifetimeOffline,
  };
}

/** Adds the scopes, or not, and says where the browser goes. */
async function decide(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { addition, session }: Step,
  { accepted, target }: { readonly accepted: boolean; readonly target: Candidate | undefined },
): Promise<string> {
  const scopes = addition.scopes.scopes.map((scope) => scope.requested);
  const added = accepted && (await addScopes(context.database, addition, scopes, target, context.clock.nowMs()));
  if (added) context.notices.deliver('tokens:scopes added');
  await endSession(context, request, reply);
  const outcome = added ? 'Success' : accepted ? 'EnhanceTokenInvalid' : 'AccessDenied';
  context.events.record({
    kind: 'scope-enhance',
    outcome,
    clientId: addition.client.clientId,
    userId: session.userId,
    requestId: request.id,
    detail: { scopes, ...(target && { organizationId: target.organizationId, environment: target.environment }) },
  });
  return appendQuery(addition.redirectUri, added ? 'status=success&scope_enhanced=true' : 'error=access_denied');
}

function refuse(context: AccountsContext, request: FastifyRequest, reply: FastifyReply, refusal: Refusal) {
  const clientId = new URLSearchParams(queryOf(request.url)).get('client_id');
  return sendErrorPage(context, request, reply, refusal, clientId);
}
