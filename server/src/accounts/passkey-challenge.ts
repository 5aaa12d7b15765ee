import type { FastifyReply, FastifyRequest } from 'fastify';
import { seal, unseal } from '../foundation/sealed.ts';
import { browserMark, ensureBrowser, findBrowser } from './browser.ts';
import type { AccountsContext } from './context.ts';
import type { PasskeySite } from './factors/passkeys.ts';
import { takeProof } from './store/used-proofs.ts';

/** A challenge travels in the page's form, sealed and bound to the browser, and counts once. */
interface Challenge {
  readonly challenge: string;
  readonly browser: string;
  readonly expiresAtMs: number;
}

const purpose = 'passkey challenge';

export function passkeySite({ dataCenter, pages }: Pick<AccountsContext, 'dataCenter' | 'pages'>): PasskeySite {
  return { name: pages.messages.product, origin: dataCenter.origins.accounts };
}

export async function sealChallenge(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  challenge: string,
): Promise<string> {
  const browser = browserMark(context, ensureBrowser(context, request, reply));
  const expiresAtMs = context.clock.nowMs() + context.settings.lifetimes.signInTtlSeconds * 1000;
  const value: Challenge = { challenge, browser, expiresAtMs };
  return seal(context.keys.signIn, purpose, value);
}

/** The challenge of a form, once. */
export async function takeChallenge(
  context: AccountsContext,
  request: FastifyRequest,
  text: string | null,
): Promise<string | undefined> {
  const value = (await unseal(context.keys.signIn, purpose, text ?? undefined)) as Challenge | undefined;
  const browser = findBrowser(context, request);
  if (!value || !browser || value.browser !== browserMark(context, browser)) return undefined;
  if (value.expiresAtMs <= context.clock.nowMs()) return undefined;
  const fresh = await takeProof(context.database, [purpose, value.challenge], value.expiresAtMs);
  return fresh ? value.challenge : undefined;
}
