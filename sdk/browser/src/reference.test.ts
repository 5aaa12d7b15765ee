import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEntries } from '../../../tools/reference/entries.ts';
import { granted } from './testing/servers.ts';
import { startWorkbench, type Workbench } from './testing/workbench.ts';

/** Every public function has an example, and every example compiles, and runs as it stands in a page of Chromium. */
const packageRoot = join(import.meta.dirname, '..');
const items = readEntries('browser').flatMap((entry) => entry.items);
const functions = items.filter(({ kind }) => kind === 'function');
const codeOf = (name: string) =>
  (functions.find((each) => each.name === name)?.example ?? '').replaceAll(
    'http://localhost:8000',
    bench.accounts.origin,
  );
let bench: Workbench;

beforeAll(async () => {
  bench = await startWorkbench();
});
afterAll(() => bench?.close());

/** A page that has run the example of a function, with the values of its lines that say in a comment what they are. */
async function run(name: string) {
  const opened = await bench.open('/sdk.html');
  const values: [unknown, string][] = await opened.page.evaluate(`(async () => {
    const { ${functions.map((each) => each.name).join(', ')} } = await import('/sdk.js');
    const button = document.createElement('button');
    button.textContent = 'Show leads';
    document.body.append(button);
    const values = [];
    ${codeOf(name).replaceAll(/^(.*); \/\/ '(.*)'$/gm, (_, expression, value) => `values.push([${expression}, ${JSON.stringify(value)}]);`)}
    return values;
  })()`);
  return { ...opened, values };
}

test('every public function has an example, which compiles', async () => {
  expect(functions.map(({ name }) => name)).toEqual(['createClient', 'saveDownload', 'redirectUriFor']);
  const folder = mkdtempSync(join(packageRoot, '.snippets-'));
  try {
    const files = functions.map(({ name }) => {
      const file = join(folder, `${name}.ts`);
      const code = codeOf(name);
      expect(code, name).not.toBe('');
      writeFileSync(
        file,
        `import { ${name} } from '../src/index.ts';\ndeclare const button: HTMLButtonElement;\n${code}\n`,
      );
      return file;
    });
    const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
    const options =
      '--ignoreConfig --noEmit --strict --target esnext --module nodenext --lib esnext,dom,dom.iterable --skipLibCheck --allowImportingTsExtensions --types';
    const args = [compiler, ...options.split(' '), '', ...files];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: packageRoot }).catch((error) => error);
    expect(stdout).toBe('');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('createClient: a click signs in and reads', async () => {
  bench.accounts.answer = () => granted(bench.api.origin, 't1');
  bench.api.answer = () => ({ body: '{"data":[],"info":{"more_records":false}}' });
  const { page, problems } = await run('createClient');
  await page.getByRole('button', { name: 'Show leads' }).click();
  await expect.poll(() => bench.api.requests.length).toBe(1);
  expect(bench.api.requests[0]).toMatchObject({ method: 'GET', url: '/crm/v8/Leads?fields=Last_Name%2CEmail' });
  expect(problems).toEqual([]);
});

test('redirectUriFor: gives what the example says', async () => {
  const { values } = await run('redirectUriFor');
  expect(values).toHaveLength(2);
  for (const [value, said] of values) expect(value).toBe(said);
});

test('saveDownload: the browser gets the file', async () => {
  const { page } = await bench.open('/sdk.html');
  const download = page.waitForEvent('download');
  await page.evaluate(`import('/sdk.js').then(({ saveDownload }) => { ${codeOf('saveDownload')} })`);
  expect((await download).suggestedFilename()).toBe('leads.csv');
});
