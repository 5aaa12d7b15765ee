import type { DataCenter } from '../../../common/data-centers/data-center.ts';
import { OAuthError } from '../../../common/errors.ts';
import { sleep } from '../../../common/http/wait.ts';
import { postToAccounts, readTokens } from '../../../common/oauth/token-request.ts';
import type { StoredToken } from '../store/token-store.ts';
import type { OAuthConfig } from './config.ts';
import { type StoringOptions, storeTokens } from './new-row.ts';
import type { Session } from './session.ts';

export interface DeviceOptions {
  readonly scopes: readonly string[];
  readonly accessType?: 'offline' | 'online' | undefined;
  readonly dataCenter?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PollOptions extends StoringOptions {
  /** Called before each wait. */
  readonly onWait?: ((waiting: { readonly dataCenter: string; readonly remainingMs: number }) => void) | undefined;
}

/** The one session object of stored tokens. */
export type OpenSession = (stored: StoredToken) => Session;

/** Added to the interval when a server says `slow_down` (RFC 8628 §3.5). */
const slowDownMs = 5000;

/** See `OAuthClient.deviceAuthorization`. */
export async function authorizeDevice(
  config: OAuthConfig,
  options: DeviceOptions,
  open: OpenSession,
): Promise<DeviceAuthorization> {
  const place = config.dataCenters.ofCallback({}, options.dataCenter ?? config.home);
  const parameters = {
    grant_type: 'device_request',
    scope: options.scopes.join(','),
    access_type: options.accessType ?? 'offline',
  };
  const { signal } = options;
  const json = await postToAccounts(config, place, '/oauth/v3/device/code', parameters, { signal, secret: false });
  return new DeviceAuthorization(config, place, json, open);
}

/**
 * A device that waits for its user. Show `userCode` and `verificationUrl`, or `verificationUrlComplete` as a QR code; keep
 * the device code to yourself.
 *
 * @example
 * const device = await oauth.deviceAuthorization({ scopes: ['ZohoCRM.modules.READ'] });
 * console.log(`Open ${device.verificationUrl} and type ${device.userCode}`);
 * const session = await device.poll();
 */
export class DeviceAuthorization {
  readonly userCode: string;
  readonly verificationUrl: string;
  readonly verificationUrlComplete: string;
  /** When the codes end, in milliseconds since 1970. */
  readonly expiresAtMs: number;
  readonly intervalMs: number;
  readonly #deviceCode: string;
  readonly #config: OAuthConfig;
  readonly #place: DataCenter;
  readonly #open: OpenSession;

  /** Made by `OAuthClient.deviceAuthorization`. */
  constructor(config: OAuthConfig, place: DataCenter, json: Readonly<Record<string, unknown>>, open: OpenSession) {
    this.#open = open;
    this.#config = config;
    this.#place = place;
    this.#deviceCode = String(json.device_code ?? '');
    this.userCode = String(json.user_code ?? '');
    this.verificationUrl = String(json.verification_url ?? json.verification_uri ?? '');
    this.verificationUrlComplete = String(json.verification_uri_complete ?? this.verificationUrl);
    if (!this.#deviceCode || !this.userCode || !this.verificationUrl) {
      const facts = { code: 'bad_device_answer', status: 200, dataCenter: place.id };
      throw new OAuthError('expected device_code, user_code and verification_url, got another answer', facts);
    }
    const interval = Number(json.interval ?? 5000);
    // The wire has milliseconds, RFC 8628 §3.2 seconds; nobody polls every tenth of a second, nor every 100 seconds.
    const unitMs = interval < 100 ? 1000 : 1;
    this.intervalMs = interval * unitMs;
    this.expiresAtMs = config.now() + Number(json.expires_in ?? 300_000 / unitMs) * unitMs;
  }

  /**
   * Asks until the user has answered, no faster than the server allows, and follows the user to another data centre.
   *
   * @example
   * const session = await device.poll({ signal: AbortSignal.timeout(120_000) });
   * @throws OAuthError `access_denied` or `expired`.
   */
  async poll(options: PollOptions = {}): Promise<Session> {
    const { signal, onWait } = options;
    const config = this.#config;
    let place = this.#place;
    let intervalMs = this.intervalMs;
    let waitMs = intervalMs;
    for (;;) {
      onWait?.({ dataCenter: place.id, remainingMs: Math.max(0, this.expiresAtMs - config.now()) });
      await sleep(waitMs, signal);
      waitMs = intervalMs;
      try {
        const parameters = { grant_type: 'device_token', code: this.#deviceCode };
        const json = await postToAccounts(config, place, '/oauth/v3/device/token', parameters, { signal });
        return this.#open(await storeTokens(config, place, readTokens(json, place), options));
      } catch (error) {
        if (!(error instanceof OAuthError)) throw error;
        if (error.code === 'other_dc') {
          // Checked like every address from outside; only then the secret goes there.
          place = config.dataCenters.get(String((error.cause as { user_location?: unknown })?.user_location));
          waitMs = 0;
        } else if (error.code === 'slow_down') {
          intervalMs += slowDownMs;
          waitMs = intervalMs;
        } else if (error.code !== 'authorization_pending') throw error;
      }
    }
  }
}
