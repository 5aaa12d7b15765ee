import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Unavailable } from '../../foundation/unavailable.ts';
import { isSealedElsewhere, localKeyVault, openKeyVault } from './key-vault.ts';

/** The setting `keyVault`: modules as an operator writes them, in files. */
const folder = mkdtempSync(join(tmpdir(), 'grantway-vault-'));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;
const key = Buffer.alloc(32, 1);
const jwk = { kty: 'EC', d: 'private' };

function module(source: string): string {
  const path = join(folder, `vault-${++made}.mjs`);
  writeFileSync(path, source);
  return path;
}

/** A vault that remembers what it has sealed; `change` may spoil it. */
const working = (change = '') => `
  export default async () => {
    const kept = new Map();
    const vault = {
      async seal(purpose, jwk) { kept.set(purpose + kept.size, jwk); return purpose + '/' + (kept.size - 1); },
      async open(purpose, sealed) { return sealed.startsWith(purpose + '/') ? kept.get(sealed.replace('/', '')) : undefined; },
    };
    ${change}
    return vault;
  };`;

test('what the module seals, only it opens, and for its purpose only; what was sealed before goes on', async () => {
  const before = await localKeyVault(key).seal('signing key us 1', jwk);
  const vault = await openKeyVault(module(working()), key);
  const sealed = await vault.seal('signing key us 1', jwk);
  expect(isSealedElsewhere(sealed)).toBe(true);
  expect(await vault.open('signing key us 1', sealed)).toEqual(jwk);
  expect(await vault.open('signing key in 1', sealed)).toBeUndefined();
  expect(await vault.open('signing key us 1', before)).toEqual(jwk);
  expect(await localKeyVault(key).open('signing key us 1', sealed)).toBeUndefined();
});

test('a vault that stops answering is an outage', async () => {
  const path = module(
    working(
      'let calls = 0; const { open } = vault; vault.open = (...given) => ++calls > 2 ? Promise.reject(new Error("gone")) : open(...given);',
    ),
  );
  const vault = await openKeyVault(path, key);
  const sealed = await vault.seal('signing key us 1', jwk);
  await expect(vault.open('signing key us 1', sealed)).rejects.toThrow(Unavailable);
});

test.each([
  ['no such file', join(folder, 'none.mjs'), /the module cannot be loaded: Cannot find module/],
  ['no code', module('export default {'), /the module cannot be loaded: /],
  [
    'no default export',
    module('export const vault = {};'),
    /expected a module whose default export is a function, got undefined/,
  ],
  [
    'a function that throws',
    module('export default () => { throw new Error("no token\\nstack"); };'),
    /its function failed: no token$/,
  ],
  ['no vault', module('export default () => ({ seal() {} });'), /an object with the functions "seal" and "open"/],
  [
    'a seal that gives no text',
    module(working('vault.seal = async () => 7;')),
    /expected "seal" to give a text, got number/,
  ],
  [
    'a seal that is none',
    module(working('vault.seal = async (p, jwk) => JSON.stringify(jwk);')),
    /holds the key itself/,
  ],
  ['an open that gives something else', module(working('vault.open = async () => ({});')), /"open" does not give back/],
  [
    'an open for any purpose',
    module(
      working(
        'let last; const { seal } = vault; vault.seal = (p, jwk) => { last = jwk; return seal(p, jwk); }; vault.open = async () => last;',
      ),
    ),
    /does not hold to the purpose/,
  ],
  [
    'a service that refuses',
    module(working('vault.seal = async () => { throw new Error("403 denied"); };')),
    /its vault does not work: 403 denied/,
  ],
])('%s is refused at the start, in one line', async (_, path, message) => {
  const failure = await openKeyVault(path, key).then(
    () => undefined,
    (error: Error) => error,
  );
  expect(failure?.name).toBe('UsableFailure');
  expect(failure?.message).toMatch(message);
  expect(failure?.message).toContain(`the setting keyVault ("${path}")`);
  expect(failure?.message).not.toContain('\n');
});
