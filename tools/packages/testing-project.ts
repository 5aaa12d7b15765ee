import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.ts';
import type { NodeVersion } from './nodes.ts';
import type { Packed } from './pack.ts';

const root = join(import.meta.dirname, '..', '..');

/** The same test for both runners, which differ in their imports only. */
const body = `
import assert from 'node:assert/strict';
import { expectFlow, startPlatform } from '@grantway/testing';

let platform;
let client;
before(async () => {
  await (await startPlatform()).stop(); // makes the databases
  const began = performance.now();
  platform = await startPlatform({ inProcess });
  const startedMs = performance.now() - began;
  client = await platform.createClient({ type: 'server', owner: await platform.createUser() });
  await platform.checkpoint();
  const rewindBegan = performance.now();
  await platform.rewind();
  process.stdout.write('started in ' + Math.round(startedMs) + ' ms, rewound in ' + Math.round(performance.now() - rewindBegan) + ' ms\\n');
}, { timeout: 240_000 });
after(() => platform?.stop());

test('a token ends after an hour', { timeout: 60_000 }, async () => {
  const { accessToken, apiDomain } = await platform.createTokens({ client, scopes: ['ZohoCRM.modules.ALL'] });
  const status = async () =>
    (await fetch(apiDomain + '/crm/v8/Leads?fields=Last_Name', { headers: { authorization: 'Zoho-oauthtoken ' + accessToken } })).status;
  assert.equal(await status(), 204);
  await platform.clock.advance('61m');
  assert.equal(await status(), 401);
  const flow = await platform.flows.last();
  expectFlow(flow).toFail('TokenExpired');
  assert.throws(() => expectFlow(flow).toSucceed(), /TokenExpired[^]*API us/);
});
`;
const vitest = `import { afterAll as after, beforeAll, test } from 'vitest';
const before = (work, { timeout }) => beforeAll(work, timeout);
`;
const nodeTest = `import { after, before, test } from 'node:test';\n`;

/** Vitest beside the platform and `@grantway/testing` in an empty project; and node:test, where Node has it. */
export async function testTesting(
  folder: string,
  { platform, testing }: { readonly platform: Packed; readonly testing: Packed },
  [oldest, newest]: readonly [NodeVersion, NodeVersion],
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const wanted = [platform.file, testing.file, `vitest@${devDependencies.vitest}`];
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', ...wanted], {
    cwd: folder,
  });
  writeFileSync(join(folder, 'vitest.test.js'), `${vitest}const inProcess = true;\n${body}`);
  writeFileSync(join(folder, 'own-process.test.js'), `${vitest}const inProcess = false;\n${body}`);
  writeFileSync(join(folder, 'node-test.js'), `${nodeTest}const inProcess = false;\n${body}`);
  const vitestFile = join(folder, 'node_modules', 'vitest', 'vitest.mjs');
  const said = [
    await run(newest.program, [vitestFile, 'run', '--no-file-parallelism'], { cwd: folder, env: newest.env }),
    await run(oldest.program, ['--test', 'node-test.js'], { cwd: folder, env: oldest.env }),
  ].join('\n');
  return [...said.matchAll(/started in .*/g)].map(([line]) => line).join('; ');
}
