/** An authorization server that is measured beside others: how it is asked, and what it takes to ask. */
export interface TokenServer {
  readonly port: number;
  readonly tokenPath: string;
  readonly introspectionPath: string;
  /** Whose refresh tokens stay the same; undefined: there are no such. */
  readonly steady: Credentials | undefined;
  /** Whose refresh tokens are replaced by every use. */
  readonly rotating: Credentials;
  /** What a request for a token of the client itself says beside its credentials. */
  readonly clientCredentials: Parameters;
  /** What the exchange of a code says beside the code and the credentials. */
  readonly codeExchange: Parameters;
  /** Codes of a client of `steady` or `rotating`, ready to be exchanged. */
  makeCodes(client: Credentials, count: number): Promise<string[]>;
  /** A whole sign-in in a new browser, from the authorization endpoint to the tokens. Throws when it does not succeed. */
  signIn(): Promise<void>;
  close(): Promise<void>;
}

export type Parameters = Readonly<Record<string, string>>;
export type Credentials = { readonly client_id: string; readonly client_secret: string };

export const formType = { 'content-type': 'application/x-www-form-urlencoded' };

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** Sends a form to the token endpoint. Throws unless tokens come back. */
export async function askForTokens({ port, tokenPath }: TokenServer, parameters: Parameters): Promise<Tokens> {
  const url = `http://localhost:${port}${tokenPath}`;
  const response = await fetch(url, { method: 'POST', headers: formType, body: new URLSearchParams(parameters) });
  const text = await response.text();
  if (!response.ok || !text.includes('"access_token"')) {
    throw new Error(`${url}: ${response.status} ${text.slice(0, 500)}`);
  }
  return JSON.parse(text);
}
