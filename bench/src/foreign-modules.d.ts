/** oidc-provider comes without types; this is as much of it as the bench uses. */
declare module 'oidc-provider' {
  import type { Server } from 'node:http';

  export default class Provider {
    constructor(issuer: string, configuration: object);
    listen(port: number, host: string, listening: () => void): Server;
  }
}
