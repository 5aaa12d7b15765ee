/** What is kept between two starts of the app. */

/** A signed-in user: the tokens, and where they are good for. */
export interface SessionRow {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSeconds: number;
  readonly expiresAtMs: number;
  /** `location` of the user's data centre, such as `in`. */
  readonly location: string;
  /** Origin of the API of data centre and environment. */
  readonly apiDomain: string;
  /** Granted scopes, separated by blanks. */
  readonly scope: string;
}

/** An attempt that waits for its redirect. The app may be ended meanwhile, so it is kept. */
export interface PendingAttempt {
  readonly state: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  /** Where it began; the redirect tells where the user lives. */
  readonly dataCenter: string;
}

type Json = Readonly<Record<string, unknown>>;

const sessionNumbers = ['expiresInSeconds', 'expiresAtMs'];
const sessionTexts = ['accessToken', 'refreshToken', 'location', 'apiDomain', 'scope'];
const attemptTexts = ['state', 'codeVerifier', 'redirectUri', 'dataCenter'];

function has(json: Json, type: 'string' | 'number', names: readonly string[]): boolean {
  return names.every((name) => typeof json[name] === type);
}

export function readRow(json: Json): SessionRow | undefined {
  const whole = has(json, 'number', sessionNumbers) && has(json, 'string', sessionTexts);
  return whole ? (json as unknown as SessionRow) : undefined;
}

export function readAttempt(json: Json): PendingAttempt | undefined {
  return has(json, 'string', attemptTexts) ? (json as unknown as PendingAttempt) : undefined;
}
