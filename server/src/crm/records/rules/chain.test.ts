import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noChanges } from '../../kernel/record/changes.ts';
import { checkState, remade } from './chain.ts';
import { nowMs, storedRecord, writing } from './testing/writings.ts';

const { call, module } = writing('Leads');
const locked = { Locked__s: true };
const waiting = { Approval_Pending__s: true };

test.each([
  ['update', locked, 'RECORD_LOCKED'],
  ['amend', locked, 'RECORD_LOCKED'],
  ['takeIn', locked, 'RECORD_LOCKED'],
  ['convert', locked, 'RECORD_LOCKED'],
  ['update', { ...locked, ...waiting }, 'RECORD_LOCKED'],
  ['update', waiting, 'NOT_APPROVED'],
  ['convert', waiting, 'NOT_APPROVED'],
  ['amend', waiting, undefined],
  ['takeIn', waiting, undefined],
  ['update', {}, undefined],
] as const)('%s of a record in the state %o: %s', (kind, data, code) => {
  const state = { call, module, kind, before: storedRecord(data), changes: noChanges() };
  expect(checkState(state)?.code).toBe(code);
});

test('a record that comes back is stamped; one whose formulas are computed again is not', () => {
  const before = storedRecord({ City: 'Rome' }, { name: 'kept' });
  expect(remade(call, module, before, 'restore')).toEqual({ ...before, modifiedBy: call.user.id, modifiedAtMs: nowMs });
  expect(remade(call, module, before, 'recompute')).toEqual(before);
});

test('each step has a test in this folder that takes it by itself', () => {
  const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts'));
  const importsOf = (name: string) =>
    [...readFileSync(join(import.meta.dirname, name), 'utf8').matchAll(/from '\.\/([\w-]+)\.ts'/g)].map(
      ([, file]) => file,
    );
  const types = ['batch', 'writing'];
  const steps = importsOf('chain.ts').filter((file) => !types.includes(file as string));
  expect(steps.length).toBeGreaterThan(25);
  const tested = names.filter((name) => name.endsWith('.test.ts') && name !== 'chain.test.ts').flatMap(importsOf);
  expect(steps.filter((file) => !tested.includes(file))).toEqual([]);
});
