import { expect, test } from 'vitest';
import type { CrmField } from '../../api/crm.ts';
import {
  differingFields,
  type FormValue,
  faultText,
  formSections,
  type RowItem,
  toFormValue,
  toRecord,
  toWire,
} from './form-values.ts';

const field = (data_type: string, api_name = data_type, writable = true): CrmField => ({
  id: '1',
  api_name,
  field_label: api_name,
  data_type,
  length: 100,
  decimal_place: null,
  read_only: !writable,
  display_field: false,
  sortable: true,
  system_mandatory: false,
  operation_type: { api_create: writable, api_update: writable },
  pick_list_values: [],
  lookup: {},
});

test.each([
  ['text', 'Ada', 'Ada'],
  ['integer', '5', 5],
  ['currency', '250000.9', 250_000.9],
  ['bigint', '0012345600012', '0012345600012'],
  ['boolean', true, true],
  ['multiselectpicklist', ['A', 'B'], ['A', 'B']],
  ['lookup', { id: '1000', name: 'Zylker' }, { id: '1000' }],
  ['lookup', null, null],
  ['date', '', null],
  ['date', '2026-02-01', '2026-02-01'],
])('an input of type %s with %j is sent as %j', (type, value, sent) => {
  expect(toWire(field(type), value)).toEqual(sent);
});

test.each([
  { ...field('lookup', 'What_Id'), lookup: { module: { api_name: 'se_module' } } },
  field('multi_module_lookup', 'Connected_To__s'),
])('a look-up into several modules says into which: $data_type', (anywhere) => {
  const value = toFormValue(anywhere, { id: '1', name: 'Zylker', module: { api_name: 'Accounts', id: '9' } });
  expect(value).toEqual({ id: '1', name: 'Zylker', module: 'Accounts' });
  expect(toWire(anywhere, value)).toEqual({ id: '1', module: { api_name: 'Accounts' } });
  expect(toWire(anywhere, null)).toBe(null);
});

test('a time comes back from its input as the same moment, without fractions', () => {
  const input = toFormValue(field('datetime'), '2026-02-01T10:30:00+05:30');
  expect(toWire(field('datetime'), input)).toBe('2026-02-01T05:00:00Z');
});

test('only what differs from what was shown is sent', () => {
  const fields = [field('text', 'Last_Name'), field('integer', 'Employees'), field('lookup', 'Account')];
  const shown = { id: '1', Last_Name: 'Ada', Employees: 3, Account: { id: '7', name: 'Zylker' } };
  const values = { Last_Name: 'Ada', Employees: '', Account: { id: '8', name: 'Acme' } };
  expect(toRecord(fields, values, shown)).toEqual({ Employees: null, Account: { id: '8' } });
  expect(toRecord(fields, { Last_Name: '', Employees: '4', Account: null }, undefined)).toEqual({ Employees: 4 });
});

const links = {
  ...field('multiselectlookup', 'Interests'),
  multiselectlookup: { connected_module: { api_name: 'Products' }, connectedlookup_apiname: 'Product' },
};
const rows = { ...field('subform', 'Lines'), columns: [field('text', 'Note'), field('integer', 'Quantity')] };

test.each<[string, CrmField, unknown, (shown: readonly RowItem[]) => unknown, unknown]>([
  [
    'links: a new one is sent, one that is gone is named, one that stays is not',
    links,
    [
      { id: '1', Product: { id: '11', name: 'Oven' } },
      { id: '2', Product: { id: '22', name: 'Sink' } },
    ],
    ([stays]) => [stays, { id: '33', name: 'Lamp' }],
    [{ Product: { id: '33' } }, { id: '2', _delete: null }],
  ],
  [
    'files',
    field('fileupload', 'Papers'),
    [{ id: '1', File_Id__s: 'f1', File_Name__s: 'a.pdf' }],
    () => [{ name: 'b.pdf', fileId: 'f2' }],
    [{ File_Id__s: 'f2' }, { id: '1', _delete: null }],
  ],
  [
    'rows: of one that is changed only what differs',
    rows,
    [
      { id: '1', Note: 'a', Quantity: 1 },
      { id: '2', Note: 'b', Quantity: 2 },
      { id: '3', Note: 'c', Quantity: 3 },
    ],
    ([one, , three]) => [
      { ...one, values: { ...one?.values, Quantity: '5' } },
      three,
      { values: { Note: 'new', Quantity: '' } },
    ],
    [{ id: '1', Quantity: 5 }, { Note: 'new' }, { id: '2', _delete: null }],
  ],
  ['an owner', field('ownerlookup', 'Owner'), { id: '1', name: 'A' }, () => ({ id: '2', name: 'B' }), { id: '2' }],
])('%s', (_name, of, had, change, sent) => {
  const name = of.api_name;
  const shown = { id: '9', [name]: had };
  const held = toFormValue(of, had);
  expect(toRecord([of], { [name]: held }, shown)).toEqual({});
  expect(toRecord([of], { [name]: change(held as readonly RowItem[]) as FormValue }, shown)).toEqual({ [name]: sent });
  expect(differingFields([of], shown, { ...shown, [name]: null })).toEqual([of]);
  expect(differingFields([of], shown, shown)).toEqual([]);
});

test('a form has the fields that can be written and have an input', () => {
  const fields = [field('text', 'Last_Name'), field('text', 'Number', false), field('autonumber', 'Auto')];
  const section = { api_name: 'A', display_label: 'A', isSubformSection: false, fields };
  expect(formSections([section], true).map((each) => each.fields.map(({ api_name }) => api_name))).toEqual([
    ['Last_Name'],
  ]);
  expect(formSections([{ ...section, fields: fields.slice(1) }], false)).toEqual([]);
});

test('a fault says what was expected', () => {
  const fault = { code: 'INVALID_DATA', message: 'invalid data', field: 'Email' };
  expect(faultText({ ...fault, details: { expected_data_type: 'email' } })).toBe('Expected a value of type email');
  expect(faultText({ ...fault, details: { maximum_length: 80 } })).toContain('80');
  expect(faultText({ ...fault, code: 'MANDATORY_NOT_FOUND', details: {} })).toBe('This field is needed');
  expect(faultText({ ...fault, details: {} })).toBe('invalid data');
});
