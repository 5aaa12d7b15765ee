import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PlatformProcess, Workshop } from '../server/src/testing/platform-process.ts';

/** `docs/choose.md`: its commands run in their order as they stand, but for the ports; its links lead somewhere. */
const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs', 'choose.md'), 'utf8');
const workshop = new Workshop();
let platform: PlatformProcess;
beforeAll(async () => {
  platform = await workshop.start({ dataDirectory: workshop.folder('data'), args: ['--demo'] });
});
afterAll(() => workshop[Symbol.asyncDispose]());

/** A folder that looks like a checkout, where `npx grantway` is the command of these sources. */
function checkout(): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
  const cwd = workshop.folder('checkout');
  mkdirSync(join(cwd, 'bin'), { recursive: true });
  symlinkSync(join(root, 'examples'), join(cwd, 'examples'));
  const main = join(root, 'server', 'src', 'main.ts');
  writeFileSync(join(cwd, 'bin', 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "${main}" "$@"\n`);
  chmodSync(join(cwd, 'bin', 'npx'), 0o755);
  const path = [join(cwd, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter);
  return { cwd, env: { ...process.env, PATH: path, GRANTWAY_DATA: platform.dataDirectory } };
}

test('the commands of the page', async () => {
  const blocks = [...page.matchAll(/^( *)```sh\n([\s\S]*?)^ *```$/gm)].map(([, , code = '']) => code);
  expect(blocks.length).toBeGreaterThan(10);
  const script = blocks
    .join('')
    .replace(/localhost:80(\d\d)/g, (_, offset: string) => `localhost:${platform.basePort + Number(offset)}`);
  const { cwd, env } = checkout();
  const output = await new Promise<string>((resolve, reject) => {
    execFile('bash', ['-euo', 'pipefail', '-c', script], { cwd, env }, (error, stdout, stderr) =>
      error ? reject(new Error(`${stdout}\n${stderr}`)) : resolve(stdout),
    );
  });
  // The self client made a lead, the sync is done, and the device waits for its user.
  expect(output).toContain('"message":"record added"');
  expect(output).toContain('to the CRM: 0, to the old database: 0, conflicts: 0, refused: 0');
  expect(output).toMatch(/Open http:\/\/localhost:\d+\/oauth\/v3\/device and type [A-Z0-9-]+/);
  expect(output).toContain('authorization_pending');
  // Each address to send the user to is a page to sign in, for the client that was registered.
  const addresses = output.match(/http:\/\/localhost:\d+\/oauth\/v2\/auth\?\S+/g) ?? [];
  expect(addresses).toHaveLength(3);
  for (const address of addresses) {
    const answer = await fetch(address);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('>Next</button>')]);
  }
});

test('each type has a picture and a sample, and every link leads somewhere', () => {
  const types = ['Server-based', 'Client-based', 'Self client', 'Non-browser', 'Mobile-based'];
  expect([...page.matchAll(/^## (.*)$/gm)].map(([, name]) => name)).toEqual(types);
  expect(page.match(/^```mermaid$/gm)).toHaveLength(types.length);
  for (const [, target = ''] of page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g))
    expect(existsSync(join(root, 'docs', target)), target).toBe(true);
});
