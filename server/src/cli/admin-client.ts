import type { Command } from 'commander';
import { findRunningPlatform } from '../data-directory.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { isNoName } from './option-values.ts';
import { dataPath } from './start-options.ts';
import { WrongUsage } from './wrong-usage.ts';

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

/**
 * Text as one part of a path. Empty ones and those of dots only are no ids, and would make it another path.
 * @throws WrongUsage
 */
export function pathPart(text: string): string {
  if (isNoName(text)) throw new WrongUsage(`expected an id or a name, got "${text}"`);
  return encodeURIComponent(text.toWellFormed());
}

export type AdminCall = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

/** What an answer that is no success says; other servers, the platform's own among them, say it otherwise. */
function refusalOf(answer: unknown, origin: string, hint: string): Error {
  const { code, message } = (answer as { readonly error?: Partial<AdminRefusal> } | null | undefined)?.error ?? {};
  return code === undefined || message === undefined ? somethingElse(origin, hint) : new AdminRefusal(code, message);
}

function somethingElse(origin: string, hint: string): UsableFailure {
  return new UsableFailure(`no admin API answers at ${origin}, but something else; ${hint}`);
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
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw refusalOf(answer, origin, hint);
    if (answer === undefined) throw somethingElse(origin, hint);
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
    throw refusalOf(await answer.json().catch(() => undefined), origin, hint);
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
  const variable = options.data === undefined ? env.GRANTWAY_ADMIN_ORIGIN : undefined;
  const origin = options.admin ?? variable;
  if (origin !== undefined) {
    const source = options.admin === undefined ? 'GRANTWAY_ADMIN_ORIGIN' : '--admin';
    if (!/^https?:$/.test(URL.parse(origin)?.protocol ?? '')) {
      const message = `${source}: expected an origin like http://127.0.0.1:8099, got "${origin}"`;
      throw options.admin === undefined ? new UsableFailure(message) : new WrongUsage(message);
    }
    const token = env.GRANTWAY_ADMIN_TOKEN;
    if (!token)
      throw new UsableFailure(`expected the admin token in GRANTWAY_ADMIN_TOKEN, which ${source} needs; got none`);
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw new UsableFailure('the admin token in GRANTWAY_ADMIN_TOKEN has letters that no token has, spaces perhaps');
    }
    return { origin: origin.replace(/\/$/, ''), token, hint: `check ${source}` };
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
