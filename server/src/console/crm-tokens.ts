import { saveAccessToken } from '../accounts/store/access-tokens.ts';
import { saveGrant } from '../accounts/store/grants.ts';
import type { Environment } from '../config/data-centers.ts';
import { consoleClientId } from '../directory/first-party.ts';
import { secretHash } from '../foundation/secrets.ts';
import { prefixOf } from '../oauth/formats.ts';
import { slotOf } from '../oauth/slots.ts';
import type { ConsoleContext } from './context.ts';
import { notFound } from './failure.ts';
import type { ConsoleSession } from './sessions.ts';

/** What the Records screen does. */
const crmScopes = [
  'ZohoCRM.modules.ALL',
  'ZohoCRM.settings.ALL',
  'ZohoCRM.users.READ',
  'ZohoCRM.org.READ',
  'ZohoCRM.coql.READ',
  'ZohoCRM.files.CREATE',
  // Searches of lists and look-ups.
  'ZohoSearch.securesearch.READ',
];
const tokenTtlMs = 30 * 60_000;
const renewalMs = 60_000;
const mostTokens = 10_000;

/** One environment of one organization. */
export interface Space {
  readonly environment: Environment;
  readonly organizationId: string;
}

/** Access tokens of the users' own grants, by session and space, until shortly before they expire. */
export class CrmTokens {
  readonly #context: ConsoleContext;
  readonly #kept = new Map<string, { readonly token: Promise<string>; readonly endsAtMs: number }>();

  constructor(context: ConsoleContext) {
    this.#context = context;
  }

  /** For when the database is in another state than before. */
  forgetAll(): void {
    this.#kept.clear();
  }

  take(session: ConsoleSession, space: Space): Promise<string> {
    const key = keyOf(session, space);
    const nowMs = this.#context.clock.nowMs();
    const kept = this.#kept.get(key);
    if (kept && kept.endsAtMs - renewalMs > nowMs) return kept.token;
    const token = this.#make(session, space, nowMs);
    if (this.#kept.size >= mostTokens) this.#kept.delete(this.#kept.keys().next().value as string);
    this.#kept.set(key, { token, endsAtMs: nowMs + tokenTtlMs });
    token.catch(() => this.forget(session, space));
    return token;
  }

  /** For one that the API no longer takes: its grant was ended. */
  forget(session: ConsoleSession, space: Space): void {
    this.#kept.delete(keyOf(session, space));
  }

  async #make({ userId }: ConsoleSession, target: Space, nowMs: number): Promise<string> {
    return issueToken(this.#context, { userId, target, scopes: crmScopes, nowMs, expiresAtMs: nowMs + tokenTtlMs });
  }
}

/**
 * An access token of the user's own grant to the console, for one space.
 * @throws ConsoleFailure 404 when the space is none of the user's.
 */
export async function issueToken(
  { organizations, random, slots, database }: Pick<ConsoleContext, 'organizations' | 'random' | 'slots' | 'database'>,
  token: {
    readonly userId: string;
    readonly target: Space;
    readonly scopes: readonly string[];
    readonly nowMs: number;
    readonly expiresAtMs: number;
  },
): Promise<string> {
  const { userId, target, ...rest } = token;
  const own = (await organizations.listForUser(userId)).find(
    ({ organizationId }) => organizationId === target.organizationId,
  );
  if (!own?.environments.some(({ environment }) => environment === target.environment)) {
    throw notFound('organization');
  }
  const slot = slotOf(userId);
  const accessToken = slots.createCredential(random, prefixOf(consoleClientId), slot);
  const made = { clientId: consoleClientId, ...rest };
  await database.transaction(async (transaction) => {
    const grantId = await saveGrant(transaction, { ...made, userId, target });
    await saveAccessToken(transaction, { ...made, accessToken: { hash: secretHash(accessToken), slot }, grantId });
  });
  return accessToken;
}

function keyOf(session: ConsoleSession, { environment, organizationId }: Space): string {
  return `${session.hash.toString('hex')} ${environment} ${organizationId}`;
}
