import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { currentTrace } from '../../foundation/trace.ts';
import { mayCall, type OutgoingPolicy } from './outgoing-policy.ts';

/** Calls from the platform to addresses that requests or clients brought. */
const timeoutMs = 10_000;

export interface OutgoingCall {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The most bytes of the answer that are read; default: none is. */
  readonly mostBytes?: number;
  /** Ends the call early. */
  readonly signal?: AbortSignal | undefined;
}

export type CallResult =
  | { readonly status: number; readonly headers: IncomingMessage['headers']; readonly body: string }
  | { readonly why: string };

/**
 * Makes one call. A name is resolved once, and the addresses that were checked are the ones that are connected to, so that a
 * name which changes its address between two look-ups gains nothing. Redirections are not followed. Why there is no answer
 * is said in one word, which tells nothing of what stands at the address.
 */
export function callOut(url: string, call: OutgoingCall, policy: OutgoingPolicy): Promise<CallResult> {
  const target = new URL(url);
  const secure = target.protocol === 'https:';
  const port = Number(target.port) || (secure ? 443 : 80);
  const allowed = (address: string) => mayCall(address, port, policy);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !allowed(host)) return Promise.resolve({ why: 'AddressNotAllowed' });
  const timeout = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException) =>
      resolve({ why: timeout.aborted ? 'NoAnswerInTime' : (error.code ?? error.name) });
    const request = (secure ? requestHttps : requestHttp)(target, {
      method: call.method,
      agent: false,
      headers: {
        ...call.headers,
        ...currentTrace()?.headers(),
        ...(call.body !== undefined && { 'content-length': Buffer.byteLength(call.body) }),
      },
      signal: call.signal ? AbortSignal.any([timeout, call.signal]) : timeout,
      lookup: (name, options, callback) => lookUp(name, options, callback, allowed),
    });
    request.once('response', (response) => {
      readBody(response, call.mostBytes ?? 0).then((body) => {
        if (body === undefined) resolve({ why: 'AnswerTooLong' });
        else resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      }, fail);
    });
    request.on('error', fail);
    request.end(call.body);
  });
}

/** The body, if it is no longer than that; with 0 nothing of it is read. */
async function readBody(response: IncomingMessage, mostBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  if (mostBytes > 0) {
    for await (const chunk of response) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length > mostBytes) return undefined;
    }
  }
  response.destroy();
  return Buffer.concat(chunks).toString('utf8');
}

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

function lookUp(
  name: string,
  options: LookupOptions,
  callback: LookupCallback,
  allowed: (address: string) => boolean,
): void {
  lookup(name, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    const [first] = addresses;
    if (!first || addresses.some(({ address }) => !allowed(address))) {
      return callback(Object.assign(new Error('address not allowed'), { code: 'AddressNotAllowed' }), []);
    }
    return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
  });
}
