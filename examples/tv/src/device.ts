import { setTimeout as delay } from 'node:timers/promises';
import {
  ApiError,
  CrmClient,
  type CrmRecord,
  type DeviceAuthorization,
  GrantwayError,
  NetworkError,
  OAuthError,
  type Session,
  SignInRequiredError,
  UntrustedServerError,
} from '@grantway/node';

/** What a TV may do: see the leads, and say whose they are. */
export const scopes = ['ZohoCRM.modules.READ', 'ZohoCRM.users.READ', 'ZohoCRM.org.READ'] as const;

export interface Lead {
  readonly name: string;
  readonly company: string;
}

/** What the screen shows. */
export type Screen =
  | { readonly state: 'waiting'; readonly note?: string }
  | {
      readonly state: 'connected';
      readonly email: string;
      readonly dataCenter: string;
      readonly environment: string;
      readonly leads: readonly Lead[];
      readonly readAtMs: number;
      /** How often the access token was renewed on this screen. */
      readonly renewals: number;
      readonly note?: string;
    }
  | { readonly state: 'ended'; readonly code: string; readonly title: string; readonly text: string };

const mostLeads = 8;
/** Between two looks at the leads, and before the next try after a failure of the network. */
export const lookAgainMs = 60_000;
const tryAgainMs = 5_000;

/**
 * Waits until the user has answered, at whichever data centre the user lives. A network that fails is no answer: the SDK
 * asks again, as slowly as the server wants, until the code has ended.
 */
export async function waitForUser(
  authorization: DeviceAuthorization,
  key: string,
  signal: AbortSignal,
  show: (screen: Screen) => void,
): Promise<Session> {
  for (;;) {
    try {
      return await authorization.poll({ key, signal });
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      show({ state: 'waiting', note: 'The accounts server does not answer; the TV goes on trying.' });
      await pause(tryAgainMs, signal);
      show({ state: 'waiting' });
    }
  }
}

export interface ShowingOptions {
  readonly signal: AbortSignal;
  readonly show: (screen: Screen) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Until it is time to look again; default: a minute. */
  readonly wait?: (signal: AbortSignal) => Promise<void>;
}

/** Shows the newest leads, and looks again from time to time; the SDK renews the access token when its hour is over. */
export async function showLeads(
  session: Session,
  { signal, show, now, wait = (asked) => pause(lookAgainMs, asked) }: ShowingOptions,
): Promise<never> {
  const crm = new CrmClient(session);
  let renewals = 0;
  let token = '';
  for (;;) {
    let note: string | undefined;
    let leads: readonly Lead[] = [];
    try {
      leads = await readLeads(crm, signal);
    } catch (error) {
      if (error instanceof NetworkError) note = 'The API does not answer for the moment; the TV goes on trying.';
      else if (error instanceof ApiError) note = `The API refused with ${error.code}.`;
      else throw error;
    }
    const row = await session.row({ signal });
    if (token !== '' && token !== row.accessToken) renewals += 1;
    token = row.accessToken;
    show({
      ...{ state: 'connected', leads, renewals, readAtMs: now() },
      ...{ email: row.email, dataCenter: row.location, environment: row.environment },
      ...(note !== undefined && { note }),
    });
    await wait(signal);
  }
}

async function readLeads(crm: CrmClient, signal: AbortSignal): Promise<Lead[]> {
  const leads: Lead[] = [];
  const fields = ['First_Name', 'Last_Name', 'Company'];
  const options = { fields, perPage: mostLeads, sortBy: 'Created_Time', sortOrder: 'desc', signal } as const;
  for await (const lead of crm.records.list('Leads', options)) {
    leads.push({ name: nameOf(lead), company: String(lead.Company ?? '') });
    if (leads.length === mostLeads) break;
  }
  return leads;
}

function nameOf({ First_Name, Last_Name }: CrmRecord): string {
  return [First_Name, Last_Name].filter((part) => typeof part === 'string' && part !== '').join(' ');
}

const endings: Readonly<Record<string, readonly [title: string, text: string]>> = {
  access_denied: [
    'Access was refused',
    'On the other screen somebody pressed Reject. The TV got no token. Ask for a new code to try again.',
  ],
  expired: ['The code has expired', 'Nobody answered within five minutes. Ask for a new code.'],
  sign_in_required: ['Access has ended', 'The tokens of this TV were revoked. Ask for a new code to connect it again.'],
  invalid_client: ['The TV is not known there', 'Its client is not registered, or not enabled for your data centre.'],
  invalid_client_secret: [
    'The TV has another secret there',
    'The client secret of your data centre is not the one that the TV was given.',
  ],
  client_secret_missing: [
    'The TV has no secret there',
    'Its client is not enabled for your data centre, or the TV was not given the secret for it.',
  ],
  client_missing: [
    'The TV has no client',
    'It was deleted. Register a non-browser client, and give the TV its values.',
  ],
};

/** The words for what ended a connection, or kept it from beginning. @throws a failure of our own. */
export function endingOf(error: unknown): Extract<Screen, { state: 'ended' }> {
  if (!(error instanceof GrantwayError)) throw error;
  const { code, message } = error;
  const known =
    error instanceof OAuthError || error instanceof SignInRequiredError || error instanceof UntrustedServerError;
  const [title, text] = endings[code] ?? [known ? 'The connection was refused' : 'The TV cannot connect', message];
  return { state: 'ended', code, title, text };
}

/** @throws the reason of the signal, at once. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal });
}
