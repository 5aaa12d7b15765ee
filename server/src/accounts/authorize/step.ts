import type { FastifyReply, FastifyRequest } from 'fastify';
import { missesAcr } from '../acr.ts';
import type { AccountsContext } from '../context.ts';
import type { AuthorizationRequest } from '../request/authorization-request.ts';
import { entryOnly } from '../request/client-steps.ts';
import { continuedRequest } from '../request/continue-to.ts';
import { needsSignIn } from '../request/fresh-sign-in.ts';
import { type Candidate, candidateTargets } from '../request/targets.ts';
import { findSession, type Session } from '../sessions.ts';

/** What the pages after the sign-in need; all of it is looked up again, because the browser sends it. */
export interface Step {
  readonly session: Session;
  readonly authorization: AuthorizationRequest;
  readonly candidates: readonly Candidate[];
}

/** Undefined when the session has ended or the request is not, or no longer, in order. */
export async function loadStep(
  context: AccountsContext,
  request: FastifyRequest,
  continueTo: string,
): Promise<Step | undefined> {
  const authorization = await continuedRequest(context, continueTo);
  const session = authorization && (await findSession(context, request));
  if (!session || authorization.prompt.none) return undefined;
  if (entryOnly(context, authorization) || needsSignIn(context, authorization, session)) return undefined;
  if (authorization.acr?.essential && missesAcr(session.amr, authorization.acr)) return undefined;
  const candidates = await candidateTargets(context, session.userId, authorization);
  return candidates.length > 0 ? { session, authorization, candidates } : undefined;
}

/** Back to the beginning: the authorization endpoint finds out what is missing, and says it. */
export function restartStep(reply: FastifyReply, continueTo: string, status: 302 | 303): FastifyReply {
  return reply.redirect(continueTo, status);
}
