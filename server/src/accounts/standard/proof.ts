import type { FastifyReply, FastifyRequest } from 'fastify';
import { proofHeader } from '../../oauth/dpop.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { AccountsContext } from '../context.ts';
import { calledAddress } from '../identity/presentation.ts';

/**
 * The key that the client of a call proves to have (RFC 9449 §5): null without a proof. Whoever sends one must show the
 * nonce of this server in it (§8), so that proofs made beforehand are worth nothing; the answer names the next one.
 */
export async function provenKey(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ readonly thumbprint: string | null } | Refusal> {
  const header = proofHeader(request.headers);
  if (header === undefined) return { thumbprint: null };
  const { proofs } = context;
  const url = calledAddress(context, request);
  const checked = await proofs.check(header, { method: request.method, url, nonce: 'required' });
  if (!('outcome' in checked)) reply.header('dpop-nonce', proofs.nonce());
  return checked;
}
