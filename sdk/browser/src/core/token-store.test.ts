import { beforeEach, expect, test } from 'vitest';
import { TokenStore } from './token-store.ts';

const minute = 60_000;
let values: Map<string, string>;
let now: number;
let store: TokenStore;

beforeEach(() => {
  values = new Map([
    ['access_token', 't'],
    ['api_domain', 'http://api.test'],
    ['expires_in', '3600'],
    ['location', 'in'],
    ['__token_init', '1000'],
  ]);
  now = 1000;
  const storage = {
    getItem: (name: string) => values.get(name) ?? null,
    setItem: (name: string, value: string) => values.set(name, value),
    removeItem: (name: string) => values.delete(name),
  };
  store = new TokenStore(storage as unknown as Storage, () => now);
});

test('reads what the redirect page wrote', () => {
  expect(store.current()).toEqual({ value: 't', apiDomain: 'http://api.test', location: 'in' });
});

test.each([
  ['an hour, given in seconds', { expires_in: '3600' }, 55 * minute],
  ['an hour, when nothing is said', { expires_in: '' }, 55 * minute],
  ['an hour, given in milliseconds beside seconds', { expires_in: '3600000', expires_in_sec: '3600' }, 55 * minute],
  ['two hours', { expires_in: '7200' }, 115 * minute],
  ['a minute', { expires_in: '60' }, 55_000],
])('keeps a token that lives %s until shortly before its end', (_, given, life) => {
  for (const [name, value] of Object.entries(given)) values.set(name, value);
  now = 1000 + life - 1;
  expect(store.current()?.value).toBe('t');
  now += 1;
  expect(store.current()).toBeNull();
  expect(values.has('access_token')).toBe(false);
});

test('does not judge the age of a token that the application put there', () => {
  values.delete('__token_init');
  now = 1e15;
  expect(store.current()?.value).toBe('t');
});

test.each(['full_grant', 'granted_for_session', 'grant_for_session'])('may renew silently with %s', (name) => {
  expect(store.mayRenewSilently).toBe(false);
  values.set(name, 'true');
  expect(store.mayRenewSilently).toBe(true);
  store.forget();
  expect(store.mayRenewSilently).toBe(true);
  // full_grant belongs to the application and stays, but without a token before there is nothing to renew.
  store.clear();
  expect(store.mayRenewSilently).toBe(false);
});
