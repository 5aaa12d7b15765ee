import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { moduleTypes } from './module-types.ts';

const values = (...texts: string[]) => texts.map((actual_value) => ({ actual_value }));
const types = moduleTypes([
  {
    apiName: 'Leads',
    fields: [
      {
        api_name: 'Last_Name',
        field_label: 'Last */ evil() /*',
        data_type: 'text',
        json_type: 'string',
        system_mandatory: true,
      },
      { api_name: 'Rating', data_type: 'picklist', pick_list_values: values("it's", 'a\\b', 'line\nend') },
      { api_name: 'Tags', data_type: 'multiselectpicklist', pick_list_values: values('x', 'y') },
      { api_name: 'Owner', data_type: 'ownerlookup', json_type: 'jsonobject' },
      { api_name: 'Annual_Revenue', data_type: 'currency', json_type: 'double' },
      { api_name: '$odd-name', data_type: 'text' },
      { api_name: 'id', data_type: 'bigint' },
    ],
  },
  { apiName: 'Modules', fields: [] },
]);

async function compile(code: string): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'grantway-types-'));
  const root = join(import.meta.dirname, '../../..');
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  try {
    writeFileSync(join(directory, 'crm.d.ts'), types);
    const index = JSON.stringify(join(root, 'sdk/node/src/index.ts'));
    writeFileSync(
      join(directory, 'use.mts'),
      `import { CrmClient, type Session } from ${index};\nimport type { Modules } from './crm.d.ts';\ndeclare const session: Session;\nconst crm = new CrmClient<Modules>(session);\n${code}\nexport {};\n`,
    );
    const options =
      '--ignoreConfig --noEmit --strict --target esnext --module nodenext --allowImportingTsExtensions --types node';
    const args = [
      compiler,
      ...options.split(' '),
      '--typeRoots',
      join(root, 'node_modules/@types'),
      join(directory, 'use.mts'),
    ];
    await promisify(execFile)(process.execPath, args, { cwd: directory });
    return '';
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('the types hold in the client', async () => {
  expect(
    await compile(`
      const lead = await crm.records.get('Leads', '1');
      const name: string | null | undefined = lead?.Last_Name;
      const rating: "it's" | 'a\\\\b' | 'line\\nend' | null | undefined = lead?.Rating;
      await crm.records.create('Leads', { Last_Name: 'x', Rating: "it's", Tags: ['x'], '$odd-name': 'y' });
      await crm.records.create('Others', { Anything: 1 });
      for await (const { Owner, Annual_Revenue } of crm.records.list('Leads', { fields: ['Owner'] })) [Owner?.id, Annual_Revenue?.toFixed()];
      [name, rating];`),
  ).toBe('');
});

test.each([
  "await crm.records.create('Leads', { Rating: 'other' });",
  "await crm.records.create('Leads', { Last_Nam: 'x' });",
  "const wrong: number | null | undefined = (await crm.records.get('Leads', '1'))?.Last_Name; [wrong];",
])('a mistake does not compile: %s', async (code) => {
  expect(await compile(code)).toContain('error TS');
});
