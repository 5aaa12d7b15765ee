import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../server/src/testing/platform-process.ts';
import { ReadmeSnippets } from '../../common/testing/readme.ts';
import { inBrowser, type Scene, startScene } from './testing/phone.ts';

/** The README's snippets, run as they stand but for the address of the platform. */
let scene: Scene;
const snippets = new ReadmeSnippets(join(import.meta.dirname, '..'), {
  '@grantway/native': 'index.ts',
  '@grantway/native/command-line': 'adapters/command-line.ts',
  '@grantway/native/expo': 'adapters/expo.ts',
});
beforeAll(async () => {
  scene = await startScene();
});
afterAll(async () => {
  await scene?.stop();
  snippets.remove();
});

test('the command line, on its first start by the browser and on the next without', async () => {
  const accounts = scene.platform.topology.find('us')?.origins.accounts ?? '';
  const file = snippets.write('command-line', { 'http://localhost:8000': accounts });
  // The system's browser: it notes where it was sent.
  const opened = join(snippets.directory, 'opened');
  const browser = join(snippets.directory, process.platform === 'darwin' ? 'open' : 'xdg-open');
  writeFileSync(browser, `#!/bin/sh\nprintf %s "$1" > '${opened}.new' && mv '${opened}.new' '${opened}'\n`);
  chmodSync(browser, 0o755);
  const env = { CLIENT_ID: scene.clientId, PATH: `${snippets.directory}:${process.env.PATH}` };

  const child = spawn(process.execPath, [file], {
    cwd: snippets.directory,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const printed = text(child.stdout);
  await until(() => child.exitCode !== null || existsSync(opened), 'the browser is opened', 30);
  await fetch(await inBrowser(scene, readFileSync(opened, 'utf8'), 'in'));
  await ended;
  expect(await printed).toBe('in Daly\n');
  expect(await snippets.run(file, env)).toBe('in Daly,Daly\n');
});

test('every snippet compiles', async () => {
  // Frameworks that are not installed here, as far as the snippets use them.
  writeFileSync(
    join(snippets.directory, 'frameworks.d.ts'),
    ['expo-crypto', 'expo-secure-store', 'expo-web-browser'].map((name) => `declare module '${name}';\n`).join(''),
  );
  const preamble = `/// <reference path="./frameworks.d.ts" />
import { AuthorizationError, GrantwayError, NativeClient } from '@grantway/native';
declare const client: NativeClient;
declare const Linking: { getInitialURL(): Promise<string | null> };
declare function show(...facts: unknown[]): void;
void [AuthorizationError, GrantwayError, client, Linking, show];
`;
  expect(await snippets.compile(preamble)).toBe('');
});
