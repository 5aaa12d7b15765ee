import { writeFileSync } from 'node:fs';
import { request } from './load.ts';
import { type BenchPlatform, sampleLead } from './platform.ts';
import { startServer } from './servers/start-server.ts';
import { inTurn, type MakeSubject, type Subject, subject } from './subject.ts';

const json = { 'content-type': 'application/json' };
const token = (bench: BenchPlatform) => ({ authorization: `Zoho-oauthtoken ${bench.accessTokens[0]}` });

function insertion(bench: BenchPlatform, count: number): string {
  const data = Array.from({ length: count }, (_, index) => sampleLead(index));
  return request('POST', '/crm/v8/Leads', { ...json, ...token(bench) }, JSON.stringify({ data }));
}

export function leadRead(name: string, { apiPort, accessTokens, leadIds }: BenchPlatform): Subject {
  const requests = leadIds.map((id, index) =>
    request('GET', `/crm/v8/Leads/${id}`, {
      authorization: `Zoho-oauthtoken ${accessTokens[index % accessTokens.length]}`,
    }),
  );
  return subject(name, apiPort, '"Last_Name"', inTurn(requests));
}

/** A hand-written server with the platform's leads, in a process and a database of its own. */
async function handWritten(bench: BenchPlatform): Promise<{ port: number; close(): Promise<void> }> {
  const settings = bench.file('hand-written.json');
  const connection = await bench.database('hand_written');
  writeFileSync(settings, JSON.stringify({ ...connection, tokens: bench.accessTokens, leads: await bench.leads() }));
  return startServer('hand-written', { SETTINGS: settings });
}

/** Subjects about records, each with the hand-written one that it is compared with. */
export const recordSubjects: Readonly<Record<string, MakeSubject>> = {
  'lead-read': async (platform) => leadRead('lead-read', await platform()),
  async 'hand-written'(platform) {
    const bench = await platform();
    const { port, close } = await handWritten(bench);
    return { ...leadRead('hand-written', bench), port, close };
  },
  ...Object.fromEntries(
    [1, 100].flatMap((count) => {
      const name = count === 1 ? 'insert' : `insert-${count}`;
      const ofPlatform: MakeSubject = async (platform) => {
        const bench = await platform();
        const text = insertion(bench, count);
        return subject(name, bench.apiPort, '"record added"', () => text);
      };
      const byHand: MakeSubject = async (platform) => {
        const bench = await platform();
        const { port, close } = await handWritten(bench);
        const text = insertion(bench, count);
        return { ...subject(`${name}-hand-written`, port, '"record added"', () => text), close };
      };
      return [
        [name, ofPlatform],
        [`${name}-hand-written`, byHand],
      ];
    }),
  ),
  async 'durable-insert'(platform) {
    const { port, close } = await handWritten(await platform());
    const text = request('POST', '/durable', json, JSON.stringify({ token: 'x'.repeat(200) }));
    return { ...subject('durable-insert', port, '"access_token"', () => text), close, onlyAt: 1 };
  },
};

/** What each is compared with, beside the bare server. */
export const counterparts: Readonly<Record<string, readonly string[]>> = {
  'lead-read': ['hand-written'],
  insert: ['insert-hand-written'],
  'insert-100': ['insert-100-hand-written'],
  'refresh-1': ['durable-insert'],
  guard: ['bare'],
  refresh: ['oidc-provider', 'oidc-provider-refresh', 'better-auth-refresh-strict'],
  code: ['oidc-provider', 'oidc-provider-code', 'better-auth-code'],
  ...Object.fromEntries(
    ['client-credentials', 'refresh-strict', 'introspect', 'sign-in'].map((name) => [
      name,
      [`oidc-provider-${name}`, `better-auth-${name}`],
    ]),
  ),
};
