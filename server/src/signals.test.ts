import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { freshBasePort } from './testing/base-port.ts';
import { until, Workshop } from './testing/platform-process.ts';
import { createDatabaseUrl } from './testing/test-platform.ts';
import { workersOf } from './testing/worker-processes.ts';

/** Signals to the process that the operator has started, which may be the launcher of the command line. */
const shop = new Workshop();
afterAll(() => shop[Symbol.asyncDispose]());

const program = fileURLToPath(new URL('../bin/grantway.mjs', import.meta.url));
const statusOf = async (url: string) => (await fetch(url, { headers: { connection: 'close' } })).status;

const ownDatabases = async () => ({
  GRANTWAY_DIRECTORY_URL: await createDatabaseUrl('directory'),
  GRANTWAY_DC_US_URL: await createDatabaseUrl('data-center'),
  GRANTWAY_SECRET_KEY: '5f'.repeat(32),
});

describe('SIGUSR2', () => {
  test('to the launcher replaces the workers of the platform; their drain is told at the port of the metrics', async () => {
    const metricsPort = freshBasePort();
    const platform = await shop.start({
      ...{ program, dataDirectory: shop.folder('workers'), args: ['--no-demo', '--workers', '2'] },
      env: await ownDatabases(),
      settings: { metricsPort, shutdown: { drainSeconds: 3 } },
    });
    // The process to signal can be read here.
    const { pid } = JSON.parse(readFileSync(join(platform.dataDirectory, 'platform.json'), 'utf8'));
    expect(pid).not.toBe(platform.pid);
    const old = workersOf(pid);
    expect(old).toHaveLength(2);
    process.kill(platform.pid, 'SIGUSR2');
    const replaced = () => workersOf(pid).length === 2 && !workersOf(pid).some((worker) => old.includes(worker));
    await until(replaced, 'new workers', 120);
    const ready = `http://127.0.0.1:${metricsPort}/readyz`;
    expect(await statusOf(ready)).toBe(200);
    const ended = platform.end('SIGTERM');
    await until(async () => (await statusOf(ready)) === 503, 'not ready');
    // The worker that answers is told at the same time.
    await until(async () => (await statusOf(`${platform.ready.dataCenters.us?.api}/readyz`)) === 503, 'nor is it');
    expect(await ended).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/cannot|could not|fault/) });
  });

  test.each(['start', 'serve'] as const)(
    'to "%s" without workers changes nothing, and the log says so',
    async (command) => {
      const env = await ownDatabases();
      const args = command === 'start' ? ['--no-demo'] : [];
      const platform = await shop.start({ command, program, env, args, dataDirectory: shop.folder(command) });
      process.kill(platform.pid, 'SIGUSR2');
      await until(() => platform.logged().includes('SIGUSR2'), 'it is said');
      expect(await statusOf(`${platform.ready.dataCenters.us?.api}/healthz`)).toBe(200);
      const { code, stderr } = await platform.end('SIGTERM');
      expect(code).toBe(0);
      expect(stderr.match(/SIGUSR2: there are no workers to replace/g)).toHaveLength(1);
    },
  );
});
