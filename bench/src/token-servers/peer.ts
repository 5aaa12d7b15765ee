import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import pg from 'pg';
import type { PeerReady, PeerSettings } from '../servers/peer-settings.ts';
import { startServer } from '../servers/start-server.ts';
import type { Start } from '../subject.ts';

/** Another authorization server, in a process of its own, with an empty database of the platform's PostgreSQL. */
export async function openPeer(start: Start, name: string) {
  const bench = await start();
  const database = await bench.database(name.replaceAll('-', '_'));
  const file = bench.file(`${name}.json`);
  const user = { email: 'owner@bench.example', password: randomBytes(12).toString('hex') };
  writeFileSync(file, JSON.stringify({ database, ...user } satisfies PeerSettings));
  const { port, client, close } = await startServer<PeerReady>(name, { SETTINGS: file });
  let closing: Promise<void> | undefined;
  return {
    ...{ port, client, user },
    close: () => {
      closing ??= close();
      return closing;
    },
    /** Runs statements one after the other in its database. */
    async query(...statements: readonly (string | { readonly text: string; readonly values: readonly unknown[] })[]) {
      const connection = new pg.Client(database);
      await connection.connect();
      try {
        for (const each of statements) await connection.query(each as string);
      } finally {
        await connection.end();
      }
    },
  };
}

/** What a store that grows over weeks has been through, and one that was filled this moment has not. */
export const tidying = ['VACUUM ANALYZE', 'CHECKPOINT'] as const;
