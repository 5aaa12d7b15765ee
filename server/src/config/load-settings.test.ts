import { expect, test } from 'vitest';
import { bodies, queries } from '../admin/schemas.ts';
import { parseSettings } from './load-settings.ts';
import { settingsSchema } from './settings.ts';

test.each([
  [{ workers: 2 }, '/workers is not known here'],
  [{ dataCentres: ['us'] }, '/dataCentres is not known here (did you mean dataCenters?)'],
  [{ mail: { smtpURL: 'x' } }, '/mail/smtpURL is not known here (did you mean smtpUrl?)'],
  [{ mail: { host: 'x' } }, '/mail/host is not known here; expected one of smtpUrl, from, keptDays, newBrowsers'],
  [{ logLevel: 'loud' }, '/logLevel: expected one of silent, error, warn, info, debug, got "loud"'],
  [{ logLevel: 5 }, '/logLevel: expected string, got a number'],
  [{ dataCenters: [] }, '/dataCenters: expected at least 1 entries, got 0'],
  [{ dataCenters: [5] }, '/dataCenters/0: expected string or object, got a number'],
  [
    { dataCenters: ['us', { id: 'eu', tokenAuthority: 5 }] },
    '/dataCenters/1/tokenAuthority: expected string, got a number',
  ],
  [{ signUp: [5] }, '/signUp/0: expected string, got a number'],
  [{ dataCenters: ['us', 'eu'], signUp: ['us', 'xx'] }, '/signUp/1: expected one of the data centres us, eu, got "xx"'],
  [{ signUp: ['US'] }, '/signUp/0: expected one of the data centres us, eu, in, au, cn, got "US"'],
  [{ shutdown: { drainSeconds: -1 } }, '/shutdown/drainSeconds: expected 0 to 300, got -1'],
  [{ mail: { smtpUrl: 'hush' } }, '/mail/smtpUrl: expected an address like smtp://mail.example.com:587, got another'],
  [{ mail: { from: 'nobody' } }, '/mail/from: expected an e-mail address, got "nobody"'],
  [{ mail: { from: 'smtp://me:hush@mail@x' } }, '/mail/from: expected an e-mail address, got another'],
  [
    { outgoingCalls: { allowedNetworks: ['10.0.0.0'] } },
    '/outgoingCalls/allowedNetworks/0: expected a network like 10.20.0.0/16, got "10.0.0.0"',
  ],
  [{ privateRecords: ['x'] }, '/privateRecords/0: expected an id of up to 19 digits, got "x"'],
  [
    { services: [{ scopes: [{}] }] },
    '/services/0: expected name, got none; /services/0/scopes/0: expected name, subject, got none',
  ],
  [
    { basePort: 'x', dataCenters: [{ id: 'us' }, { id: 'US', x: 1 }] },
    '/dataCenters/1/x is not known here; expected one of id, realm, origins, ports, tokenAuthority, databaseUrl, readDatabaseUrl; /dataCenters/1/id: expected 2 to 8 lower-case letters and digits, a letter first, got "US"; /basePort: expected integer, got a string',
  ],
])('of %j one line says what was expected and what came', (settings, message) => {
  expect(() => parseSettings(settings)).toThrow(new RegExp(`^the settings: ${RegExp.escape(message)}$`));
});

test('sign-up may be at data centres that the command line leaves out of those in the file', () => {
  expect(parseSettings({ dataCenters: ['us'], signUp: ['us', 'eu'] }, 'the file', ['us', 'eu']).signUp).toEqual([
    'us',
    'eu',
  ]);
});

/** Every schema of a tree of schemas. */
function* schemasIn(schema: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof schema !== 'object' || schema === null) return;
  if (!Array.isArray(schema)) yield schema as Readonly<Record<string, unknown>>;
  for (const inner of Object.values(schema)) yield* schemasIn(inner);
}

test.each([
  ['the settings', settingsSchema],
  ['the bodies of the admin API', bodies],
  ['the queries of the admin API', queries],
])('%s say in words what each pattern lets through', (_what, schemas) => {
  const mute = [...schemasIn(schemas)].filter(({ pattern, expected }) => pattern !== undefined && !expected);
  expect(mute).toEqual([]);
});
