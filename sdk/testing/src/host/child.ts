import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestPlatformError } from '../errors.ts';
import { commandOf } from './find-grantway.ts';
import type { Host, HostOptions } from './host.ts';

interface Ready {
  readonly ready?: true;
  readonly dataCenters: Host['dataCenters'];
  readonly admin: { readonly origin: string; readonly tokenFile: string };
  readonly error?: { readonly message: string };
}

/** Starts the platform in a process of its own, which ends with this one. */
export async function startChild({ basePort, dataDirectory, grantway, settings }: HostOptions): Promise<Host> {
  const config = join(dataDirectory, 'testing.json');
  writeFileSync(config, JSON.stringify(settings));
  const place = ['--data', dataDirectory, '--config', config, '--base-port', String(basePort)];
  const child = spawn(process.execPath, [commandOf(grantway), 'start', '--lab', '--no-demo', '--json', ...place], {
    // The channel tells it when this process is gone.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: ownEnvironment(),
  });
  let said = '';
  let complained = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complained = (complained + text).slice(-10_000);
  });
  const ended = once(child, 'close').then(() => undefined);
  const firstLine = new Promise<string>((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('\n')) resolve(said.slice(0, said.indexOf('\n')));
    });
  });
  const line = await Promise.race([firstLine, ended]);
  const ready = line === undefined ? undefined : (JSON.parse(line) as Ready);
  if (!ready?.ready) {
    // It has said why; whatever keeps it from ending must not keep the test.
    child.kill('SIGKILL');
    await ended;
    throw new TestPlatformError('START', ready?.error?.message ?? `the platform did not start: ${complained || said}`);
  }
  child.stdout?.removeAllListeners('data').resume();
  // It must not keep a test runner waiting that has forgotten to stop it.
  child.unref();
  child.channel?.unref();
  for (const stream of [child.stdout, child.stderr]) (stream as { unref?: () => void } | null)?.unref?.();
  return {
    adminOrigin: ready.admin.origin,
    adminToken: readFileSync(ready.admin.tokenFile, 'utf8').trim(),
    dataCenters: ready.dataCenters,
    async stop() {
      child.ref();
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Without what configures another platform, and without a test runner's own loaders. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(GRANTWAY_|NODE_OPTIONS$|NODE_V8_)/.test(name));
  return Object.fromEntries(inherited);
}
