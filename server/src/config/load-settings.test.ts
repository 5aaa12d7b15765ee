import { expect, test } from 'vitest';
import { parseSettings } from './load-settings.ts';

test.each([
  [{ workers: 2 }, '/workers is not known here'],
  [{ logLevel: 'loud' }, '/logLevel: expected one of silent, error, warn, info, debug, got another'],
  [{ logLevel: 5 }, '/logLevel: expected string, got a number'],
  [{ dataCenters: [] }, '/dataCenters must not have fewer than 1 items, got 0'],
  [{ dataCenters: [5] }, '/dataCenters/0: expected string or object, got a number'],
  [
    { dataCenters: ['us', { id: 'eu', tokenAuthority: 5 }] },
    '/dataCenters/1/tokenAuthority: expected string, got a number',
  ],
  [{ signUp: [5] }, '/signUp/0: expected string, got a number'],
  [{ dataCenters: ['us', 'eu'], signUp: ['us', 'xx'] }, '/signUp/1: expected one of the data centres us, eu, got "xx"'],
  [{ signUp: ['US'] }, '/signUp/0: expected one of the data centres us, eu, in, au, cn, got "US"'],
  [{ shutdown: { drainSeconds: -1 } }, '/shutdown/drainSeconds must be >= 0, got -1'],
  [{ mail: { smtpUrl: 'http://me:hush@mail' } }, '/mail/smtpUrl must match pattern "^smtps?://[^\\s]+$", got another'],
  [
    { basePort: 'x', dataCenters: [{ id: 'us' }, { id: 'US', x: 1 }] },
    '/dataCenters/1/x is not known here; /dataCenters/1/id must match pattern "^[a-z][a-z0-9]{1,7}$", got another; /basePort: expected integer, got a string',
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
