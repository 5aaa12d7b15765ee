import { readFileSync } from 'node:fs';

/** What the other authorization servers are told: SETTINGS names a JSON file with this. */
export interface PeerSettings {
  /** An empty database of the platform's own PostgreSQL. */
  readonly database: { readonly host: string; readonly user: string; readonly database: string };
  readonly email: string;
  readonly password: string;
}

/** What one says in its first line when it listens. */
export interface PeerReady {
  readonly port: number;
  readonly client: { readonly client_id: string; readonly client_secret: string };
}

/** As many as the platform itself has for one data centre's requests, and as servers written by hand get here. */
export const poolSize = 16;
/** No app is there: whoever walks a sign-in ends when it is sent here. */
export const redirectUri = 'https://app.example/callback';
/** The scope of an API, without which nobody would want a token. */
export const apiScope = 'api.read';

export function readPeerSettings(): PeerSettings {
  return JSON.parse(readFileSync(process.env.SETTINGS ?? '', 'utf8'));
}
