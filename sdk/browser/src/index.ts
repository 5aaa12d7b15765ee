/** Entry of the ES module. */
export { type Client, type ClientOptions, createClient } from './client.ts';
export { type Download, saveDownload } from './core/answer.ts';
export { ApiError, GrantwayError, NetworkError, SignInError } from './core/errors.ts';
export { redirectUriFor } from './core/redirect-uri.ts';
export type { SessionState, SignInOptions, StateListener } from './core/session.ts';
export type * from './types.ts';
export type { InitializeConfig, Zcrm } from './zcrm/zcrm.ts';
