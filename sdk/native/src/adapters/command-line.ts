import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserHooks } from '../hooks.ts';

export { fileStorage } from './file-storage.ts';

export interface LoopbackOptions {
  /** As registered behind host and port. Default `/callback`. */
  readonly path?: string | undefined;
  /** Default: any that is free; the platform leaves the port out of the comparison (RFC 8252 §7.3). */
  readonly port?: number | undefined;
  /** Default: the system's browser. A tool on a remote machine prints the address instead. */
  readonly open?: ((url: string) => Promise<void> | void) | undefined;
  /** What the browser shows at the end. */
  readonly page?: string | undefined;
}

/** The hooks, and the redirect URI that belongs to them. */
export interface Loopback extends BrowserHooks {
  readonly redirectUri: string;
  /** Ends the listener; the process could not end before. */
  close(): Promise<void>;
}

const defaultPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Signed in</title>
<h1>You can close this window</h1>
<p>The command line goes on.</p>
</html>
`;

/**
 * The redirect of a command line: a listener on 127.0.0.1 for the time of the sign-in (RFC 8252 §7.3). It answers only
 * requests for its own address, so that no page of elsewhere reaches it under another name.
 *
 * @example
 * const loopback = await loopbackRedirect();
 * const client = new NativeClient({
 *   ...loopback, secureStorage: fileStorage(path), clientId, scopes, dataCenters, dataCenter: 'us',
 * });
 * const session = (await client.restore()) ?? (await client.signIn());
 * await loopback.close();
 */
export async function loopbackRedirect({
  path = '/callback',
  port = 0,
  open = openSystemBrowser,
  page = defaultPage,
}: LoopbackOptions = {}): Promise<Loopback> {
  const listeners = new Set<(address: string) => void>();
  const server = createServer((request, response) => {
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'",
      'referrer-policy': 'no-referrer',
      connection: 'close',
    };
    const { method, url = '', headers: asked } = request;
    const ours = method === 'GET' && asked.host === new URL(origin).host && url.split('?')[0] === path;
    if (!ours) {
      response.writeHead(404, headers).end('<!doctype html><title>Nothing here</title>');
      return;
    }
    response.writeHead(200, headers).end(page);
    for (const listener of listeners) listener(`${origin}${url}`);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    redirectUri: `${origin}${path}`,
    async openBrowser(url) {
      await open(url);
    },
    onRedirect(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Opens an address in the system's browser. Where there is none the address is still good: print it as well.
 *
 * @example
 * await openSystemBrowser('https://accounts.zoho.com/');
 * @throws Error when the system has no command for it.
 */
export function openSystemBrowser(url: string): Promise<void> {
  const commands: Readonly<Record<string, readonly [string, ...string[]]>> = {
    darwin: ['open', url],
    // No shell: an address has characters that a shell takes for its own.
    win32: ['rundll32', 'url.dll,FileProtocolHandler', url],
  };
  const [command, ...parameters] = commands[process.platform] ?? ['xdg-open', url];
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { stdio: 'ignore', detached: true });
    child.once('error', reject);
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}
