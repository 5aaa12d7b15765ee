import type { FastifyReply, FastifyRequest } from 'fastify';
import { sealForBrowser, unsealFromBrowser } from './browser.ts';
import type { AccountsContext } from './context.ts';
import type { PasskeySite } from './factors/passkeys.ts';
import { takeProof } from './store/used-proofs.ts';

/** A challenge travels in the page's form, sealed and bound to the browser, and counts once. */
interface Challenge {
  readonly challenge: string;
}

const purpose = 'passkey challenge';

export function passkeySite({ dataCenter, pages }: Pick<AccountsContext, 'dataCenter' | 'pages'>): PasskeySite {
  return { name: pages.messages.product, origin: dataCenter.origins.accounts };
}

export function sealChallenge(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  challenge: string,
): Promise<string> {
  return sealForBrowser<Challenge>(context, request, reply, purpose, { challenge });
}

/** The challenge of a form, once. */
export async function takeChallenge(
  context: AccountsContext,
  request: FastifyRequest,
  text: string | null,
): Promise<string | undefined> {
  const value = await unsealFromBrowser<Challenge>(context, request, purpose, text);
  if (!value) return undefined;
  const fresh = await takeProof(context.database, [purpose, value.challenge], value.expiresAtMs);
  return fresh ? value.challenge : undefined;
}
