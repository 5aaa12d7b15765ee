import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Random, randomString } from '../foundation/random.ts';

/** A demo user with the password in the clear: for the person who started the demo, in a file that nobody else can read. */
export interface DemoUser {
  readonly dataCenter: string;
  readonly email: string;
  readonly password: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly profile: 'Administrator' | 'Standard';
}

const people = [
  { name: 'Robin', lastName: 'Fields', profile: 'Administrator' },
  { name: 'Kim', lastName: 'Rivers', profile: 'Standard' },
] as const;
const passwordLetters = 'abcdefghijkmnpqrstuvwxyz23456789';

/** The file that keeps the demo users' passwords. */
export function demoAccountsFile(dataDirectory: string): string {
  return join(dataDirectory, 'demo-accounts.json');
}

/** Whether a start has the demo: a data directory with demo accounts stays one, also for data centres that are switched on later. */
export function wantsDemo({ demo }: { readonly demo?: boolean }, dataDirectory: string, isNew: boolean): boolean {
  return demo ?? (isNew || existsSync(demoAccountsFile(dataDirectory)));
}

/** The demo users of the file; none where there is no demo. */
export function readDemoUsers(dataDirectory: string): DemoUser[] {
  const file = demoAccountsFile(dataDirectory);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DemoUser[]) : [];
}

/** The demo users of `dataCenters`: those of the file, and new ones for data centres that it does not know. */
export function loadDemoUsers(dataDirectory: string, dataCenters: readonly string[], random: Random): DemoUser[] {
  const known = readDemoUsers(dataDirectory);
  const missing = dataCenters.filter((id) => !known.some((user) => user.dataCenter === id));
  const fresh = missing.flatMap((dataCenter) =>
    people.map(({ name, lastName, profile }) => ({
      dataCenter,
      email: `${name.toLowerCase()}.${dataCenter}@demo.example`,
      password: `${randomString(random, passwordLetters, 5)}-${randomString(random, passwordLetters, 5)}`,
      firstName: name,
      lastName,
      profile,
    })),
  );
  const users = [...known, ...fresh];
  if (fresh.length > 0) writeDemoUsers(dataDirectory, users);
  return users.filter((user) => dataCenters.includes(user.dataCenter));
}

/** Writes the file, as a whole. */
export function writeDemoUsers(dataDirectory: string, users: readonly DemoUser[]): void {
  const file = demoAccountsFile(dataDirectory);
  writeFileSync(`${file}.new`, `${JSON.stringify(users, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
