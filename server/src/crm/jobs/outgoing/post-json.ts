import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { isStorable } from '../../fields/values/texts.ts';
import { mayCall, type OutgoingPolicy } from './outgoing-policy.ts';

/** Calls from the platform to addresses that requests brought: notifications, callbacks of jobs. */

const timeoutMs = 10_000;
const maxUrlLength = 2_000;

/** Whether a text is an address that can be called: http or https, without credentials. */
export function isCallable(text: string): boolean {
  if (text.length > maxUrlLength || !isStorable(text) || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

export type Delivery = { readonly delivered: true } | { readonly delivered: false; readonly why: string };

/**
 * Posts JSON. A name is resolved once, and the addresses that were checked are the ones that are connected to, so that a
 * name which changes its address between two look-ups gains nothing. Redirections are not followed; nothing of the
 * answer but its status is read. `signal` ends the call early.
 */
export function postJson(url: string, body: string, policy: OutgoingPolicy, signal?: AbortSignal): Promise<Delivery> {
  const target = new URL(url);
  const secure = target.protocol === 'https:';
  const port = Number(target.port) || (secure ? 443 : 80);
  const allowed = (address: string) => mayCall(address, port, policy);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !allowed(host)) return Promise.resolve({ delivered: false, why: 'AddressNotAllowed' });
  const timeout = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve) => {
    const request = (secure ? requestHttps : requestHttp)(target, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json;charset=utf-8', 'content-length': Buffer.byteLength(body) },
      signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
      lookup: (name, options, callback) => lookUp(name, options, callback, allowed),
    });
    request.once('response', (response) => {
      const status = response.statusCode ?? 0;
      response.destroy();
      resolve(status >= 200 && status < 300 ? { delivered: true } : { delivered: false, why: `Status${status}` });
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ delivered: false, why: timeout.aborted ? 'NoAnswerInTime' : (error.code ?? error.name) });
    });
    request.end(body);
  });
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
