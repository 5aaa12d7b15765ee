/**
 * The settings that may differ for one client, by their dotted names, and what their values are; how large numbers may be
 * is the platform's own rule (`config/settings.ts`).
 */
export const clientSettings = {
  'lifetimes.codeTtlSeconds': 'number',
  'lifetimes.accessTokenTtlSeconds': 'number',
  'lifetimes.idTokenTtlSeconds': 'number',
  'limits.activeAccessTokensPerRefreshToken': 'number',
  'limits.accessTokensPerRefreshTokenPerWindow': 'number',
  'limits.refreshTokensPerUserAndClient': 'number',
  'limits.refreshTokensPerUserAndClientPerWindow': 'number',
  'limits.codesPerUserAndClientPerWindow': 'number',
  'limits.deviceRequestsPerClientAndAddress': 'number',
  'limits.deviceRequestsPerClient': 'number',
  'compatibility.throttleEnabled': 'switch',
  'compatibility.strictCommaScopes': 'switch',
  'compatibility.idTokenLegacyHeader': 'switch',
  'compatibility.idTokenEs256': 'switch',
  'compatibility.strictRfc': 'switch',
  'compatibility.mobileWithoutPkce': 'switch',
  'compatibility.searchWithoutScope': 'switch',
} as const;

export type ClientSetting = keyof typeof clientSettings;

export type ClientOverrides = Readonly<
  Partial<{ [Name in ClientSetting]: (typeof clientSettings)[Name] extends 'switch' ? boolean : number }>
>;
