import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TestPlatformError } from '../errors.ts';
import type { Host, HostOptions } from './host.ts';

interface Embedded {
  startEmbedded(options: { dataDirectory: string; settings: Readonly<Record<string, unknown>> }): Promise<Host>;
}

/** Starts the platform inside this process, where a debugger of the test reaches it, too. */
export async function startInProcess({ basePort, dataDirectory, grantway, settings }: HostOptions): Promise<Host> {
  const entry = pathToFileURL(join(grantway, 'server', 'bin', 'embedded.mjs')).href;
  const { startEmbedded } = (await import(/* @vite-ignore */ entry)) as Embedded;
  try {
    return await startEmbedded({ dataDirectory, settings: { ...settings, basePort } });
  } catch (cause) {
    throw new TestPlatformError('START', (cause as Error).message, { cause });
  }
}
