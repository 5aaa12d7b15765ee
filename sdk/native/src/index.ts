/** `@grantway/native`: sign-in of mobile and desktop apps and command lines. Adapters are exports of their own. */

export { type DataCenter, type Environment, environments } from '../../common/data-centers/data-center.ts';
export { type CallbackPlace, DataCenters, type NamedOrigins } from '../../common/data-centers/data-centers.ts';
export { discoverDataCenters } from '../../common/data-centers/discover.ts';
export { zohoDataCenters } from '../../common/data-centers/zoho.ts';
export * from '../../common/errors.ts';
export type { Sending } from '../../common/http/send.ts';
export type { CryptoHooks } from '../../common/oauth/pkce.ts';
export { NativeClient, type SignInOptions } from './client.ts';
export type { NativeClientOptions } from './config.ts';
export type { BrowserHooks, OpenBrowserOptions, SecureStorage } from './hooks.ts';
export type { JsonRequest, Session, SessionRequest } from './session.ts';
