import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSelfClientCode } from '../../server/src/admin/self-client-code.ts';
import { startTestPlatform, type TestPlatform } from '../../server/src/testing/test-platform.ts';
import { postmanFiles, postmanFolder } from '../../tools/write-postman.ts';

const newman = createRequire(import.meta.url).resolve('newman/bin/newman.js');
const scope = 'ZohoCRM.modules.ALL';
const owner = 'postman@us.example';

let platform: TestPlatform;
let client: { client_id: string; client_secret: string };
beforeAll(async () => {
  platform = await startTestPlatform();
  await platform.addUser('us', owner);
  client = (await platform.addClient({ owner, type: 'self' })) as typeof client;
});
afterAll(() => platform?.stop());

/** The command of the README, with values for the environment's keys. */
function run(values: Readonly<Record<string, string>>): Promise<{ readonly code: number; readonly output: string }> {
  const files = ['grantway.postman_collection.json', '-e', 'grantway.postman_environment.json'];
  const given = Object.entries(values).flatMap(([key, value]) => ['--env-var', `${key}=${value}`]);
  const args = [newman, 'run', ...files, '--color', 'off', ...given];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: postmanFolder }, (error, stdout) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout }),
    );
  });
}

test('the files are what the console makes', () => {
  for (const [name, text] of Object.entries(postmanFiles))
    expect(readFileSync(join(postmanFolder, name), 'utf8'), 'run "npm run postman"').toBe(text);
});

test('every key is prepared, and the steps run in their order once the code is pasted', async () => {
  const { accounts = '' } = platform.topology.dataCenters[0]?.origins ?? {};
  const request = { dataCenter: 'us', clientId: client.client_id, scope, minutes: 10, environment: 'sandbox' };
  const { code } = await createSelfClientCode(platform.admin, {
    ...request,
    organizationId: undefined,
    description: 'postman',
  });
  const { client_id, client_secret } = client;
  const values = { accounts, client_id, client_secret };
  const { code: exit, output } = await run({ ...values, code });
  expect(exit, output).toBe(0);
  const steps = [...output.matchAll(/^→ (.*)$/gm)].map(([, name]) => name);
  expect(steps).toEqual(['Exchange the code', 'Renew the access token', 'Call the API', 'Revoke the refresh token']);
  // The call went where the token is good: to the sandbox.
  expect(output).toContain(`GET ${platform.topology.dataCenters[0]?.origins.sandboxApi}/crm/v8/Leads`);
  // A spent code fails the run, with the reason.
  const again = await run({ ...values, code });
  expect([again.code, again.output]).toEqual([1, expect.stringContaining('invalid_code')]);
});
