import type { Settings } from '../config/settings.ts';
import type { Client } from './client.ts';

/** The settings that may differ for one client, by their dotted names. */
export const overridableSettings = [
  'lifetimes.codeTtlSeconds',
  'lifetimes.accessTokenTtlSeconds',
  'lifetimes.idTokenTtlSeconds',
  'limits.activeAccessTokensPerRefreshToken',
  'limits.accessTokensPerRefreshTokenPerWindow',
  'limits.refreshTokensPerUserAndClient',
  'limits.refreshTokensPerUserAndClientPerWindow',
  'limits.codesPerUserAndClientPerWindow',
  'compatibility.throttleEnabled',
  'compatibility.strictCommaScopes',
  'compatibility.idTokenLegacyHeader',
  'compatibility.strictRfc',
] as const;
export type OverridableSetting = (typeof overridableSettings)[number];
export type ClientOverrides = Readonly<Partial<Record<OverridableSetting, number | boolean>>>;

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
  const own = result as unknown as TokenSettings;
  merged.set(client, { base: settings, settings: own });
  return own;
}

/** The limits that count per window; switched off together by `compatibility.throttleEnabled`. */
const windowLimits = [
  'accessTokensPerRefreshTokenPerWindow',
  'refreshTokensPerUserAndClientPerWindow',
  'codesPerUserAndClientPerWindow',
] as const;
