import type { Command } from 'commander';
import { findRunningPlatform } from '../data-directory.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { dataPath } from './start-options.ts';

/** A refusal of the admin API, as it said it. */
export class AdminRefusal extends Error {
  override readonly name = 'AdminRefusal';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Options that every command of a running platform has: where it is. */
export interface PlatformAddress {
  readonly data?: string;
  readonly admin?: string;
}

export function addAddressOptions(command: Command): Command {
  return command
    .option('--data <dir>', 'data directory of the platform (default: GRANTWAY_DATA, then ./data)')
    .option(
      '--admin <origin>',
      'origin of its admin API (default: GRANTWAY_ADMIN_ORIGIN; token: GRANTWAY_ADMIN_TOKEN)',
    );
}

/** Text as one part of a path. Empty ones and those of dots only are no ids, and would make it another path. */
export function pathPart(text: string): string {
  if (/^\.{0,2}$/.test(text)) throw new UsableFailure(`expected an id or a name, got "${text}"`);
  return encodeURIComponent(text.toWellFormed());
}

export type AdminCall = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

interface AdminAnswer {
  readonly error?: { readonly code: string; readonly message: string };
}

const usualTimeoutMs = 30_000;

/** How to call the admin API of the platform that the options name. Throws UsableFailure when none runs there. */
export function connectAdmin(options: PlatformAddress, { timeoutMs = usualTimeoutMs } = {}): AdminCall {
  const { origin, token, hint } = locate(options);
  return async <Result>(method: string, path: string, body?: unknown): Promise<Result> => {
    let response: Response;
    try {
      response = await fetch(`${origin}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch {
      throw new UsableFailure(`no platform answers at ${origin}; ${hint}`);
    }
    const answer = (await response.json().catch(() => undefined)) as AdminAnswer | undefined;
    if (answer === undefined) throw new UsableFailure(`no platform answers at ${origin}, but something else; ${hint}`);
    if (!response.ok)
      throw new AdminRefusal(answer.error?.code ?? 'FAILED', answer.error?.message ?? `status ${response.status}`);
    return answer as Result;
  };
}

/** Files to and from the admin API, as they come. @throws UsableFailure, AdminRefusal. */
export function connectAdminFiles(options: PlatformAddress) {
  const { origin, token, hint } = locate(options);
  const call = async (path: string, init: RequestInit) => {
    const headers = { ...init.headers, authorization: `Bearer ${token}` };
    const answer = await fetch(`${origin}${path}`, { ...init, headers }).catch(() => {
      throw new UsableFailure(`no platform answers at ${origin}; ${hint}`);
    });
    if (answer.ok) return answer;
    const { error } = (await answer.json().catch(() => ({}))) as AdminAnswer;
    throw new AdminRefusal(error?.code ?? 'FAILED', error?.message ?? `status ${answer.status}`);
  };
  return {
    /** The body of a GET. */
    async download(path: string): Promise<ReadableStream<Uint8Array>> {
      const { body } = await call(path, {});
      if (!body) throw new UsableFailure(`${origin}${path}: expected a file, got nothing`);
      return body;
    },
    /** Posts a file. */
    async upload<Result>(path: string, type: string, body: ReadableStream): Promise<Result> {
      const init = { method: 'POST', headers: { 'content-type': type }, body, duplex: 'half' };
      return (await call(path, init as RequestInit)).json() as Promise<Result>;
    },
  };
}

function locate(options: PlatformAddress): { origin: string; token: string; hint: string } {
  const { env } = process;
  const origin = options.admin ?? (options.data === undefined ? env.GRANTWAY_ADMIN_ORIGIN : undefined);
  if (origin !== undefined) {
    const token = env.GRANTWAY_ADMIN_TOKEN;
    if (!token)
      throw new UsableFailure('expected the admin token in GRANTWAY_ADMIN_TOKEN, which --admin needs; got none');
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw new UsableFailure('the admin token in GRANTWAY_ADMIN_TOKEN has letters that no token has, spaces perhaps');
    }
    if (!/^https?:$/.test(URL.parse(origin)?.protocol ?? '')) {
      throw new UsableFailure(`--admin: expected an origin like http://127.0.0.1:8099, got "${origin}"`);
    }
    return { origin: origin.replace(/\/$/, ''), token, hint: 'check --admin or GRANTWAY_ADMIN_ORIGIN' };
  }
  const directory = dataPath(options);
  const running = findRunningPlatform(directory);
  if (!running) {
    throw new UsableFailure(
      `no platform runs on the data directory "${directory}"; start one (npm start), or name its directory with --data`,
    );
  }
  return { origin: running.adminOrigin, token: running.adminToken, hint: 'it has ended; start it again' };
}
