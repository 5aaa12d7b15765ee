import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP } from 'node:net';
import { isStorable } from './values/texts.ts';

/** Calls from the platform to addresses that requests brought: notifications, callbacks of jobs. */

/** Which addresses they may go to (settings `outgoingCalls`). */
export interface OutgoingPolicy {
  readonly allowLoopback: boolean;
  readonly allowPrivateNetworks: boolean;
}

const timeoutMs = 10_000;
const maxUrlLength = 2_000;

const loopback = blockList('127.0.0.0/8 ::1/128');
const internal = blockList(
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.168.0.0/16 198.18.0.0/15 ' +
    '224.0.0.0/4 240.0.0.0/4 ::/128 64:ff9b::/96 fc00::/7 fe80::/10 ff00::/8',
);

function blockList(networks: string): BlockList {
  const list = new BlockList();
  for (const network of networks.split(' ')) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** Whether a text is an address that can be called: http or https, without credentials. */
export function isCallable(text: string): boolean {
  if (text.length > maxUrlLength || !isStorable(text) || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

/** Whether a call may go to the address. */
export function mayCall(address: string, policy: OutgoingPolicy): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (loopback.check(address, family)) return policy.allowLoopback;
  return policy.allowPrivateNetworks || !internal.check(address, family);
}

export type Delivery = { readonly delivered: true } | { readonly delivered: false; readonly why: string };

/**
 * Posts JSON. The address is checked where it is connected to, so that a name that changes its address between two
 * look-ups gains nothing; redirections are not followed; nothing of the answer but its status is read.
 */
export function postJson(url: string, body: string, policy: OutgoingPolicy): Promise<Delivery> {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !mayCall(host, policy))
    return Promise.resolve({ delivered: false, why: 'AddressNotAllowed' });
  return new Promise((resolve) => {
    const request = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json;charset=utf-8', 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(timeoutMs),
      lookup: (name, options, callback) => lookUp(name, options, callback, policy),
    });
    request.once('response', (response) => {
      const status = response.statusCode ?? 0;
      response.destroy();
      resolve(status >= 200 && status < 300 ? { delivered: true } : { delivered: false, why: `Status${status}` });
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ delivered: false, why: error.code ?? error.name });
    });
    request.end(body);
  });
}

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

function lookUp(name: string, options: LookupOptions, callback: LookupCallback, policy: OutgoingPolicy): void {
  lookup(name, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    const [first] = addresses;
    if (!first || addresses.some(({ address }) => !mayCall(address, policy))) {
      return callback(Object.assign(new Error('address not allowed'), { code: 'AddressNotAllowed' }), []);
    }
    return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
  });
}
