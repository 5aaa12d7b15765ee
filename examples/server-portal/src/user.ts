import {
  CrmClient,
  type CrmRecord,
  GrantwayError,
  type Session,
  SignInRequiredError,
  type TokenRow,
} from '@grantway/node';
import type { BrowserData, Notice } from './browsers.ts';
import type { Renewals } from './database.ts';
import { scopes } from './oauth.ts';
import type { Portal } from './portal.ts';
import { explainOrThrow } from './refusals.ts';
import { makeReports, type Report } from './report.ts';

/** How long a page waits for the API. */
const pageTimeoutMs = 15_000;

/** The user of the browser, as the page shows them. */
export interface ShownUser {
  readonly row: TokenRow;
  readonly name: string;
  readonly email: string;
  readonly profile: string;
  readonly expiresAtMs: number;
  readonly renewals: Renewals | undefined;
  readonly reports: readonly Report[];
  readonly scopes: readonly string[];
}

/** The signed-in user with their reports; a notice when access has ended; undefined when nobody is signed in. */
export async function readUser(
  { database, oauth }: Portal,
  origin: string,
  { tokenKey }: BrowserData,
): Promise<{ readonly user?: ShownUser; readonly notice?: Notice } | undefined> {
  if (tokenKey === undefined) return undefined;
  try {
    const session = (await oauth.at(origin)).session(tokenKey);
    const signal = AbortSignal.timeout(pageTimeoutMs);
    const crm = new CrmClient(session);
    const [me, reports] = await Promise.all([currentUser(crm, session, signal), makeReports(crm, signal)]);
    // Read at last: the calls may have renewed the access token.
    const [row, renewals] = await Promise.all([session.row(), database.renewalsOf(tokenKey)]);
    const profile = (me.profile as { name?: string } | undefined)?.name ?? '';
    const user: ShownUser = {
      ...{ row, profile, reports, renewals, scopes },
      name: String(me.full_name ?? row.email),
      email: String(me.email ?? row.email),
      expiresAtMs: row.expiresAtMs,
    };
    return { user };
  } catch (error) {
    return { notice: explainOrThrow(error) };
  }
}

/** `users?type=CurrentUser`; what was stored at the sign-in when the API does not answer. */
async function currentUser(crm: CrmClient, session: Session, signal: AbortSignal): Promise<CrmRecord> {
  try {
    return await crm.users.current({ signal });
  } catch (error) {
    const answered = error instanceof GrantwayError && !(error instanceof SignInRequiredError);
    if (!answered && !signal.aborted) throw error;
    return { email: (await session.row()).email };
  }
}
