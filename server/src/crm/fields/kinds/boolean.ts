import { flag } from '../../kernel/schema.ts';
import { truth } from '../comparisons/truth.ts';
import { fieldKind } from '../model/kind.ts';
import { asComputed } from '../values/formulas.ts';
import { readBoolean, readTruth } from '../values/truth.ts';

const words: Readonly<Record<string, boolean>> = Object.assign(Object.create(null), {
  true: true,
  false: false,
  yes: true,
  no: false,
  '1': true,
  '0': false,
});

export const kind = fieldKind({
  jsonType: 'boolean',
  read: readBoolean,
  comparison: truth,
  cell: {
    sql: ({ text }) => `coalesce(${text}, 'false')`,
    columnSql: (sql) => `CASE WHEN ${sql} THEN 'true' ELSE 'false' END`,
    read: (text) => words[text.trim().toLowerCase()] ?? text,
  },
  fromText: (text) => readTruth(text) ?? text,
  formula: { type: 'boolean', result: asComputed },
  schema: { answered: () => flag },
  definition: { uiType: 301, length: { fixed: 5 }, hasDefault: true, ordered: 'plain', inRows: true },
  typescript: 'boolean',
});
