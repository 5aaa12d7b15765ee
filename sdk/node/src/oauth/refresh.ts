import { randomUUID } from 'node:crypto';
import { NetworkError, OAuthError } from '../../../common/errors.ts';
import { sleep } from '../../../common/http/wait.ts';
import { renewalMarginMs, signInRequired } from '../../../common/oauth/lifetime.ts';
import { postToAccounts, readTokens, type TokenAnswer } from '../../../common/oauth/token-request.ts';
import type { StoredToken, TokenRow } from '../store/token-store.ts';
import type { OAuthConfig } from './config.ts';

/** Which access token may be used. */
export interface TokenNeed {
  /** An access token that the API refused: any other one will do. */
  readonly refused?: string | undefined;
  /** Renew even a token that is good. */
  readonly force?: string | undefined;
}

/** Waits of those who wait for the renewal of another process: short at first, with jitter. */
const pollMs = { first: 20, most: 250 };

/** Whether the row's access token may be used as it is, and is not about to end. */
export function isFresh(config: OAuthConfig, row: TokenRow, need: TokenNeed = {}): boolean {
  const margin = renewalMarginMs(row.expiresInSeconds, config.refreshMarginMs);
  return isUsable(config, row, need) && config.now() < row.expiresAtMs - margin;
}

function isUsable(config: OAuthConfig, row: TokenRow, need: TokenNeed): boolean {
  const { accessToken } = row;
  return (
    accessToken !== '' && accessToken !== need.refused && accessToken !== need.force && config.now() < row.expiresAtMs
  );
}

/**
 * The row with a fresh access token. Over all processes that share the store one renews: whoever writes its lease into the
 * row; the others wait for what it stores. A lease that is past its time is taken over, and since the refresh token stays
 * in the row until another one is stored, a process that ends between the answer and its storage loses nothing.
 * @throws SignInRequiredError, OAuthError, NetworkError, StoreError
 */
export async function freshRow(config: OAuthConfig, key: string, need: TokenNeed = {}): Promise<StoredToken> {
  const holder = randomUUID();
  for (let waitMs = pollMs.first; ; waitMs = Math.min(waitMs * 2, pollMs.most)) {
    const stored = await config.store.get(key);
    if (!stored) throw signInRequired(`nothing is stored of "${key}"`);
    const { row } = stored;
    if (isFresh(config, row, need)) return stored;
    if (row.refreshToken === '') {
      if (isUsable(config, row, need)) return stored;
      throw signInRequired('the access token has ended, and there is no refresh token', row.location);
    }
    const taken = row.lease !== null && row.lease.untilMs > config.now();
    // Somebody else is at it; what there is will do until its end.
    if (taken && isUsable(config, row, need)) return stored;
    if (!taken) {
      const leased = { ...row, lease: { holder, untilMs: config.now() + config.leaseMs } };
      const written = await config.store.compareAndSwap(key, stored.version, leased);
      if (written) return renew(config, { key, version: written.version, row: leased }, need);
    }
    await sleep(waitMs / 2 + (config.random() * waitMs) / 2);
  }
}

async function renew(config: OAuthConfig, leased: StoredToken, need: TokenNeed): Promise<StoredToken> {
  const { row } = leased;
  const place = config.dataCenters.ofCallback({ location: row.location, accountsServer: row.accountsDomain });
  let answer: TokenAnswer;
  try {
    const parameters = { grant_type: 'refresh_token', refresh_token: row.refreshToken };
    // The lease must not end before the request does, or another process would begin.
    const signal = AbortSignal.timeout(Math.max(1000, config.leaseMs - 1000));
    answer = readTokens(await postToAccounts(config, place, '/oauth/v2/token', parameters, { signal }), place);
  } catch (error) {
    // With a token that is still good the lease stays: until its end nobody tries again, so a limit is not hammered.
    if (!isUsable(config, row, need)) await giveBack(config, leased);
    return afterFailure(config, leased, need, error);
  }
  const renewed: TokenRow = {
    ...row,
    accessToken: answer.accessToken,
    refreshToken: answer.refreshToken ?? row.refreshToken,
    expiresInSeconds: answer.expiresInSeconds,
    expiresAtMs: config.now() + answer.expiresInSeconds * 1000,
    apiDomain: answer.apiDomain ?? row.apiDomain,
    scope: answer.scope ?? row.scope,
    lease: null,
  };
  return save(config, leased, renewed);
}

/** Somebody may have written meanwhile: what was made with the refresh token that is still there is stored over it. */
async function save(config: OAuthConfig, leased: StoredToken, renewed: TokenRow): Promise<StoredToken> {
  const { key } = leased;
  for (let version = leased.version; ; ) {
    const written = await config.store.compareAndSwap(key, version, renewed);
    if (written) return { key, version: written.version, row: renewed };
    const now = await config.store.get(key);
    if (!now) throw signInRequired('the user signed out meanwhile', renewed.location);
    if (now.row.refreshToken !== leased.row.refreshToken) return now;
    version = now.version;
  }
}

/** So that the next one need not wait for the end of the lease. */
async function giveBack(config: OAuthConfig, { key, version, row }: StoredToken): Promise<void> {
  await config.store.compareAndSwap(key, version, { ...row, lease: null }).catch(() => undefined);
}

/** What was not renewed is used until its end; a refresh token that another sign-in replaced is no failure. */
async function afterFailure(
  config: OAuthConfig,
  leased: StoredToken,
  need: TokenNeed,
  error: unknown,
): Promise<StoredToken> {
  const { key, row } = leased;
  if (error instanceof OAuthError && error.code === 'invalid_code') {
    const now = await config.store.get(key);
    if (now && now.row.refreshToken !== row.refreshToken && isUsable(config, now.row, need)) return now;
    throw signInRequired('the refresh token is no longer good', row.location, error);
  }
  if (isUsable(config, row, need)) return leased;
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    throw new NetworkError('the accounts server did not answer in time', {
      code: 'NO_ANSWER',
      dataCenter: row.location,
      cause: error,
    });
  }
  throw error;
}
