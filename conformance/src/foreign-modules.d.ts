/** Foreign clients that come without types of their own; declared as far as the tests use them. */
declare module 'passport' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;
  const passport: {
    use(strategy: object): void;
    authenticate(name: string, options: object): Middleware;
  };
  export default passport;
}

declare module 'passport-openidconnect' {
  export class Strategy {
    constructor(options: object, verify: (...args: never[]) => void);
  }
}

declare module 'passport-zoho-crm' {
  export class Strategy {
    constructor(options: object, verify: (...args: never[]) => void);
  }
}

declare module 'simple-oauth2' {
  interface AccessToken {
    readonly token: Readonly<Record<string, unknown>>;
    expired(): boolean;
    refresh(): Promise<AccessToken>;
    revoke(kind: 'access_token' | 'refresh_token'): Promise<void>;
  }
  interface Options {
    readonly client: { readonly id: string; readonly secret: string };
    readonly auth: Readonly<Record<string, string>>;
  }
  export class AuthorizationCode {
    constructor(options: Options);
    authorizeURL(parameters: Readonly<Record<string, unknown>>): string;
    getToken(parameters: Readonly<Record<string, string>>): Promise<AccessToken>;
  }
  export class ClientCredentials {
    constructor(options: Options);
    getToken(parameters: Readonly<Record<string, string>>): Promise<AccessToken>;
  }
}
