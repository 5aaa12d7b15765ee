import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PlatformProcess, Workshop } from '../testing/platform-process.ts';

const shop = new Workshop();
let platform: PlatformProcess;
let organization: string;

beforeAll(async () => {
  platform = await shop.start({ dataDirectory: shop.folder('platform'), dataCenters: 'us' });
  const line = 'user create --dc us --email ada@us.example --password correct-horse --json'.split(' ');
  const created = await shop.run([...line, '--data', platform.dataDirectory]);
  organization = JSON.parse(created.stdout).organization_id;
});
afterAll(() => shop[Symbol.asyncDispose]());

function csvFile(name: string, text: string): string {
  const folder = shop.folder('files');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function importFile(file: string, ...more: string[]) {
  const line = ['crm', 'import', '--dc', 'us', '--organization', organization, '--file', file];
  const module = more.includes('--module') ? [] : ['--module', 'Leads'];
  const result = await shop.run([...line, ...module, ...more, '--data', platform.dataDirectory, '--json']);
  return { ...result, json: JSON.parse(result.stdout) };
}

const rows = Array.from({ length: 700 }, (_, index) =>
  index % 100 === 99 ? `,Company ${index},,,` : `Last${index},Company ${index},,,`,
);
const text = `Last_Name,Company,Email,Emial,Created_Time\n${rows.join('\n')}\n`;

test('a dry run checks every row and writes nothing, the import tells of refused rows in a file', async () => {
  const file = csvFile('leads.csv', text);
  const dry = await importFile(file, '--dry-run');
  expect(dry.json).toMatchObject({ rows: 700, imported: 693, refused: 7, dry_run: true });
  const real = await importFile(file);
  expect(real.code).toBe(0);
  expect(real.stderr).toContain('%');
  expect(real.json).toEqual({
    rows: 700,
    imported: 693,
    refused: 7,
    dry_run: false,
    errors_file: `${file}.errors.csv`,
    ignored_columns: ['Emial', 'Created_Time'],
  });
  expect(real.stderr).toContain('Emial, Created_Time');
  expect(real.stderr).toContain('100 %  700 rows, 7 refused');
  const lines = readFileSync(`${file}.errors.csv`, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(8);
  expect(lines[1]).toBe('100,MANDATORY_NOT_FOUND-Last_Name,,Company 99,,,');
  expect(existsSync(`${file}.import.json`)).toBe(false);
});

test('an import that was cut short goes on behind its last row', async () => {
  const file = csvFile('again.csv', text);
  const { adminOrigin: origin } = JSON.parse(readFileSync(join(platform.dataDirectory, 'platform.json'), 'utf8'));
  const token = readFileSync(join(platform.dataDirectory, 'admin-token'), 'utf8').trim();
  const call = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: answer.status, json: (await answer.json()) as Record<string, string> };
  };
  const target = { dataCenter: 'us', organizationId: organization, environment: 'production', module: 'Leads' };
  const { json: opened } = await call('/imports', target);
  const header = ['Last_Name', 'Company', 'Email', 'Emial', 'Created_Time'];
  const chunk = {
    ...target,
    importId: opened.import_id,
    firstRow: 0,
    header,
    rows: rows.slice(0, 300).map((row) => row.split(',')),
  };
  expect((await call('/imports/rows', chunk)).status).toBe(200);
  // The answer was lost and the rows are sent again: they are not written twice.
  expect((await call('/imports/rows', chunk)).status).toBe(409);
  writeFileSync(
    `${file}.import.json`,
    JSON.stringify({ ...target, sizeBytes: Buffer.byteLength(text), importId: opened.import_id }),
  );
  const { json, stderr } = await importFile(file);
  expect(stderr).toContain('Going on behind row 300 of again.csv.');
  expect(json).toMatchObject({ rows: 700, imported: 693, refused: 7 });
});

test('what cannot be imported is said in one line', async () => {
  const file = csvFile('bad.csv', 'Nope\nx\n');
  expect((await importFile(file)).json.error.message).toBe('no column of the file is a field of Leads');
  expect((await importFile(`${file}x`)).json.error.message).toMatch(/^cannot read the file ".*x": it does not exist$/);
  expect((await importFile(file, '--restart', '--module', 'Nope')).json.error.message).toContain('no module "Nope"');
  expect((await importFile(file, '--restart', '--environment', 'x')).json.error.message).toContain(
    'Allowed choices are production, sandbox, developer',
  );
});
