import { expect, test } from 'vitest';
import { type Names, problemsIn } from './kind-rules.ts';

const names: Names = {
  dataTypes: new Set(['text', 'date', 'picklist', 'multiselectpicklist']),
  modules: new Set(['Leads', 'Deals']),
};
const problems = (source: string) => problemsIn(source, names).map(({ of, line }) => `${of}:${line}`);

test.each([
  ["if (field.dataType === 'picklist') go();"],
  ["if ('text' !== field.dataType) go();"],
  ["if (field?.dataType === `text` || field['dataType'] == 'date') go();"],
  ["const wanted = raw.data_type === 'text';"],
  ["const wanted = formula.returnType === 'date';"],
  ["const { dataType: type } = field; go(type === 'text');"],
  ["const { data_type: type = 'text' } = field; go(type === 'date');"],
  ["const type = field.dataType; go(type === 'text');"],
  ["if (valueType(field) === 'date') go();"],
  ["switch (field.dataType) { case 'text': go(); }"],
  ['switch (valueType(field)) { default: go(); }'],
  ['go(types.has(field.dataType));'],
  ["go(['text', 'date'].includes(dataType));"],
  ['go(Object.hasOwn(types, dataType));'],
  ['go(table[field.dataType]);'],
  ["const choices = ['picklist', 'multiselectpicklist'];"],
  ['const table: Readonly<Partial<Record<DataType, string>>> = {};'],
  ["const types: ReadonlySet<Field['dataType']> = all;"],
])('what asks for a data type by name: %s', (source) => {
  expect(new Set(problems(source))).toEqual(new Set(['type:1']));
});

test.each([
  ["if (module.apiName === 'Leads') go();"],
  ["if ('Deals' !== apiName) go();"],
  ["if (list.module === 'Deals') go();"],
  ["go(['Leads', 'Deals'].includes(module.apiName));"],
  ["const people = new Set(['Leads']);"],
])('what asks for a module by name: %s', (source) => {
  expect(new Set(problems(source))).toEqual(new Set(['module:1']));
});

test.each([
  ["if (kindOf(field).choices === 'many') go();"],
  ['const changed = raw.data_type !== field.dataType;'],
  ["const shown = { ...field, dataType: 'text' };"],
  ['go(kindOfType(field.dataType));'],
  ["if (part.type === 'text') go();"],
  ["switch (tree.kind) { case 'text': go(); }"],
  ["if (field.apiName === 'Tag') go();"],
  ["const moments = ['text', 'date'];"],
  ["const module = metadata.find('Leads');"],
  ['if (module.traits.convertible) go();'],
])('what is something else: %s', (source) => {
  expect(problems(source)).toEqual([]);
});

test('a problem tells the line, what is wrong and what to do', () => {
  expect(problemsIn("\n\nif (dataType === 'text') go();", names)).toEqual([
    {
      of: 'type',
      line: 3,
      text: 'compares a data type with "text"; ask the kind of the field instead (server/src/crm/fields/field-kinds.ts)',
    },
  ]);
});
