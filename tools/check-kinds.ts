// The lint step's check that what a data type means is said by its kind alone, and what a module can do by its traits:
// whoever compares with the name of one is told with file and line (`kind-rules.ts`).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Names, problemsIn } from './kind-rules.ts';
import { root, sourcesOf } from './sources.ts';

const folder = 'server/src';
const crm = `${folder}/crm`;

/** Where data types and modules have their homes. */
const homes = {
  type: [`${crm}/fields/kinds/`, `${crm}/fields/field-kinds.ts`],
  module: [`${crm}/kernel/metadata/`],
} as const;
/** What is only the same word elsewhere. */
const perhaps = /data_?type|return_?type|valueType|DataType|api_?name|module|new Set|\blookup/i;

const read = (file: string) => readFileSync(join(root, file), 'utf8');

function knownNames(): Names {
  const [, union = ''] = /export type DataType =([^;]*);/.exec(read(`${crm}/kernel/metadata/metadata.ts`)) ?? [];
  const dataTypes = [...union.matchAll(/'(\w+)'/g)].map(([, name = '']) => name);
  const { modules } = JSON.parse(read(`${crm}/kernel/metadata/standard-modules.json`));
  if (dataTypes.length === 0) throw new Error('expected the union DataType in kernel/metadata/metadata.ts');
  return {
    dataTypes: new Set(dataTypes),
    modules: new Set(modules.map(({ api_name }: { readonly api_name: string }) => api_name)),
  };
}

const names = knownNames();
for (const file of sourcesOf(folder)) {
  const source = read(file);
  if (!perhaps.test(source)) continue;
  for (const { of, line, text } of problemsIn(source, names)) {
    if (homes[of].some((home) => file.startsWith(home))) continue;
    process.stderr.write(`${file}:${line}: ${text}\n`);
    process.exitCode = 1;
  }
}
