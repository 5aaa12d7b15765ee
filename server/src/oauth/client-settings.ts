import { isSettingValue, settingSchema } from '../config/describe-settings.ts';
import type { Settings } from '../config/settings.ts';
import type { Client } from './client.ts';
import { type ClientOverrides, type ClientSetting, clientSettings } from './client-overrides.ts';

export function isClientSetting(name: string): name is ClientSetting {
  return Object.hasOwn(clientSettings, name);
}

/** Values as a form, the command line or JSON gives them; null and nothing: back to the platform's. */
export type GivenSettings = Readonly<Record<string, number | boolean | string | null>>;

/**
 * The client's own settings with a change. Names are dotted, or their last part alone (`searchWithoutScope`).
 * @returns what is wrong with the change, as a sentence that says what is expected.
 */
export function changeClientSettings(
  own: ClientOverrides,
  change: GivenSettings,
): { readonly settings: ClientOverrides; readonly fault?: undefined } | { readonly fault: string } {
  const settings: Record<string, number | boolean> = { ...own };
  for (const [given, text] of Object.entries(change)) {
    const name = Object.keys(clientSettings).find((each) => each === given || each.split('.')[1] === given);
    if (name === undefined || !isClientSetting(name)) {
      const what = settingSchema(given)
        ? `"${given}" holds for the whole platform`
        : `there is no setting "${given}" of a client`;
      return { fault: `${what}: expected one of ${Object.keys(clientSettings).join(', ')}` };
    }
    if (text === null || text === '') {
      delete settings[name];
      continue;
    }
    const value = readValue(text, clientSettings[name]);
    if (value === undefined || !isSettingValue(name, value)) {
      return { fault: `${name}: expected ${expectedOf(name)}, got "${String(text)}"` };
    }
    settings[name] = value;
  }
  return { settings };
}

function readValue(given: number | boolean | string, type: 'number' | 'switch'): number | boolean | undefined {
  const value = typeof given === 'string' && /^(true|false|-?\d{1,15})$/.test(given) ? JSON.parse(given) : given;
  return typeof value === (type === 'switch' ? 'boolean' : 'number') ? value : undefined;
}

function expectedOf(name: ClientSetting): string {
  if (clientSettings[name] === 'switch') return 'true or false';
  const { minimum, maximum } = settingSchema(name) as { minimum?: number; maximum?: number };
  return `a whole number from ${minimum} to ${maximum}`;
}

export type TokenSettings = Pick<Settings, 'lifetimes' | 'limits' | 'compatibility'>;

const merged = new WeakMap<Client, { readonly base: Settings; readonly settings: TokenSettings }>();

/** The lifetimes, limits and switches that hold for `client`: its own where it has some, else the platform's. */
export function settingsFor(settings: Settings, client: Client): TokenSettings {
  const known = merged.get(client);
  if (known?.base === settings) return known.settings;
  const result = structuredClone({
    lifetimes: settings.lifetimes,
    limits: settings.limits,
    compatibility: settings.compatibility,
  }) as Record<string, Record<string, unknown>>;
  for (const [name, value] of Object.entries(client.overrides)) {
    const [group = '', key = ''] = name.split('.');
    const target = result[group];
    if (target && key in target) target[key] = value;
  }
  if (result.compatibility?.throttleEnabled === false) {
    for (const name of windowLimits) (result.limits as Record<string, unknown>)[name] = 0;
  }
  if (client.profile === 'strict') makeStrict(result as never);
  const own = result as unknown as TokenSettings;
  merged.set(client, { base: settings, settings: own });
  return own;
}

/** No switch for the sake of the original may weaken a client of the strict profile (docs/profiles.md). */
function makeStrict({ lifetimes, compatibility }: TokenSettings): void {
  Object.assign(lifetimes, { codeTtlSeconds: Math.min(lifetimes.codeTtlSeconds, strictCodeTtlSeconds) });
  Object.assign(compatibility, {
    strictRfc: true,
    mobileWithoutPkce: false,
    idTokenLegacyHeader: false,
    strictCommaScopes: false,
    trailingAmpersand: false,
    environmentBinding: true,
  });
}

/** RFC 9700, ASVS 10.4.3. */
const strictCodeTtlSeconds = 60;

/** The limits that count per window; switched off together by `compatibility.throttleEnabled`. */
const windowLimits = [
  'accessTokensPerRefreshTokenPerWindow',
  'refreshTokensPerUserAndClientPerWindow',
  'codesPerUserAndClientPerWindow',
  'deviceRequestsPerClientAndAddress',
  'deviceRequestsPerClient',
] as const;
