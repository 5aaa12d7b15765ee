import { describe, expect, test } from 'vitest';
import type { DataType, Field } from '../kernel/metadata/metadata.ts';
import { buildField } from '../kernel/metadata/standard-modules.ts';
import { readValue } from './read-value.ts';

const field = (type: DataType, over: object = {}): Field =>
  buildField({ id: 1, api_name: 'F', label: 'F', type, length: 20, ...over });
const read = (type: DataType, raw: unknown, over: object = {}, item: Record<string, unknown> = {}) =>
  readValue(raw, field(type, over), { item });

describe('accepted values and their stored form', () => {
  test.each<[DataType, unknown, unknown, object?]>([
    ['text', 'Mike  ', 'Mike'],
    ['text', '  Mike', '  Mike'],
    ['text', '', null],
    ['text', null, null],
    ['textarea', 'a\nb', 'a\nb'],
    ['email', 'p.daly+x@zylker.example.com', 'p.daly+x@zylker.example.com', { length: 100 }],
    ['phone', '+1 (555) 010-9999;ext #12,3', '+1 (555) 010-9999;ext #12,3', { length: 30 }],
    ['website', 'www.example.com', 'www.example.com'],
    ['picklist', 'A new value', 'A new value'],
    ['picklist', '-None-', null],
    ['multiselectpicklist', ['A', 'B', 'A', '-None-'], ['A', 'B']],
    ['multiselectpicklist', [], null],
    ['integer', -5, -5, { length: 9 }],
    ['bigint', '0012345600012', '0012345600012'],
    ['bigint', 12, '12'],
    ['double', 250000.5, 250000.5],
    ['currency', 250000.905, 250000.91],
    ['currency', -1.005, -1.01],
    ['percent', 25, 25],
    ['boolean', false, false],
    ['date', '2024-02-29', '2024-02-29'],
    ['datetime', '2030-01-01T10:00:00Z', Date.UTC(2030, 0, 1, 10)],
    ['datetime', '2030-01-01T10:00:00+05:30', Date.UTC(2030, 0, 1, 4, 30)],
    ['lookup', { id: '123' }, '123', { lookup: 'Accounts' }],
    ['lookup', '123', '123', { lookup: 'Accounts' }],
    ['ownerlookup', { id: 123 }, '123'],
    ['ALARM', { ALARM: 'FREQ=NONE;ACTION=EMAIL' }, { ALARM: 'FREQ=NONE;ACTION=EMAIL' }],
    ['RRULE', { RRULE: 'FREQ=DAILY;COUNT=4', x: 1 }, { RRULE: 'FREQ=DAILY;COUNT=4' }],
    [
      'participants',
      [{ type: 'email', participant: 'a@example.com' }],
      [{ type: 'email', participant: 'a@example.com' }],
    ],
    ['participants', [{ type: 'contact', participant: '12' }], [{ type: 'contact', participant: '12' }]],
    ['multireminder', '2030-01-01T10:00:00Z', Date.UTC(2030, 0, 1, 10)],
    ['multireminder', [{ unit: 15, period: 'minutes', time: null }], [{ unit: 15, period: 'minutes' }]],
    ['linetax', [{ name: 'Vat', percentage: 10 }], [{ name: 'Vat', percentage: 10 }]],
    ['formula', 'anything', null],
  ])('%s %j', (type, raw, stored, over) => {
    expect(read(type, raw, over)).toMatchObject({ value: stored });
  });
});

describe('refused values', () => {
  test.each<[DataType, unknown, object, object?]>([
    ['text', 12, { expected_data_type: 'text' }],
    ['text', 'x'.repeat(21), { maximum_length: 20 }],
    ['text', 'a\u0000b', { expected_data_type: 'text' }],
    ['text', '\ud800', { expected_data_type: 'text' }],
    ['email', 'not-an-email', { expected_data_type: 'email' }],
    ['email', 'a@b', { expected_data_type: 'email' }],
    ['email', `${'a'.repeat(100)}@b.c`, { maximum_length: 20 }],
    ['phone', 'call <me>', { expected_data_type: 'phone' }],
    ['website', 'a b', { expected_data_type: 'website' }],
    ['multiselectpicklist', 'A;B', { expected_data_type: 'jsonarray' }],
    ['integer', '5', { expected_data_type: 'integer' }],
    ['integer', 1.5, { expected_data_type: 'integer' }],
    ['integer', 1_000_000_000, { maximum_length: 9 }, { length: 9 }],
    ['bigint', '12a', { expected_data_type: 'bigint' }],
    ['bigint', '1'.repeat(19), { maximum_length: 18 }],
    ['currency', '10', { expected_data_type: 'currency' }],
    ['double', Number.POSITIVE_INFINITY, { expected_data_type: 'double' }],
    ['double', 1e16, { maximum_length: 16 }],
    ['percent', 100_000, { maximum_length: 5 }],
    ['boolean', 'yes', { expected_data_type: 'boolean' }],
    ['boolean', 1, { expected_data_type: 'boolean' }],
    ['date', '2023-02-29', { expected_data_type: 'date' }],
    ['date', '2023-1-1', { expected_data_type: 'date' }],
    ['datetime', '2030-01-01T10:00:00.000Z', { expected_data_type: 'datetime' }],
    ['datetime', '2030-01-01T10:00:00', { expected_data_type: 'datetime' }],
    ['datetime', '2030-02-30T10:00:00Z', { expected_data_type: 'datetime' }],
    ['lookup', { id: 'abc' }, {}],
    ['lookup', [], { expected_data_type: 'jsonobject' }],
    ['lookup', '99999999999999999999', {}],
    ['participants', [{ type: 'email' }], { expected_data_type: 'jsonobject' }],
    ['participants', [{ type: 'pet', participant: '1' }], { supported_values: ['user', 'email', 'contact', 'lead'] }],
    ['participants', [{ type: 'contact', participant: 'x' }], {}],
    ['phone', '1/2', { expected_data_type: 'phone' }],
    ['phone', '1*2', { expected_data_type: 'phone' }],
    ['phone', '1\n2', { expected_data_type: 'phone' }],
    ['multireminder', 'tomorrow', { expected_data_type: 'datetime' }],
    ['RRULE', 'FREQ=DAILY', { expected_data_type: 'jsonobject' }],
  ])('%s %j', (type, raw, details, over) => {
    expect(read(type, raw, { lookup: 'Accounts', ...over })).toEqual({
      problem: expect.objectContaining({ code: 'INVALID_DATA', details }),
    });
  });

  test('more than 50 participants', () => {
    const many = Array.from({ length: 51 }, () => ({ type: 'email', participant: 'a@example.com' }));
    expect(read('participants', many)).toMatchObject({ problem: { code: 'LIMIT_EXCEEDED', details: { limit: 50 } } });
  });
});

test('numbers that JavaScript cannot hold', () => {
  expect(read('bigint', 123_456_789_012_345_678n)).toEqual({ value: '123456789012345678' });
  expect(read('lookup', { id: 1_000_001_000_010_000_002n }, { lookup: 'Accounts' })).toMatchObject({
    value: '1000001000010000002',
  });
  expect(read('double', 9_007_199_254_740_992n)).toEqual({ value: 9_007_199_254_740_992 });
  const problem = (type: DataType) => read(type, 10n ** 18n, { length: 9 }).problem?.details;
  expect(problem('text')).toEqual({ expected_data_type: 'text' });
  expect(problem('integer')).toEqual({ maximum_length: 9 });
  expect(problem('bigint')).toEqual({ maximum_length: 9 });
});

describe('a lookup into one of several modules', () => {
  const over = { lookup_modules: ['Leads', 'Accounts'], type_key: '$se_module' };

  test.each([
    [{ id: '1', module: { api_name: 'leads' } }, {}],
    [{ id: '1' }, { $se_module: 'Leads' }],
    ['1', { se_module: 'Leads' }],
  ])('%j beside %j', (raw, item) => {
    expect(read('multi_module_lookup', raw, over, item)).toEqual({
      value: { id: '1', module: 'Leads' },
      reference: { kind: 'record', id: '1', module: 'Leads' },
    });
  });

  test('without a module', () => {
    expect(read('multi_module_lookup', { id: '1' }, over)).toMatchObject({
      problem: { code: 'DEPENDENT_FIELD_MISSING', details: { dependee: { api_name: '$se_module' } } },
    });
  });

  test('into a module that is not one of them', () => {
    expect(read('multi_module_lookup', { id: '1' }, over, { $se_module: 'Quotes' })).toMatchObject({
      problem: { details: { supported_values: ['Leads', 'Accounts'] } },
    });
  });
});
