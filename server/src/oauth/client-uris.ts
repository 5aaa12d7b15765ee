import { invisibleCharacterIn } from '../foundation/invisible-characters.ts';

/**
 * The addresses that a client registers. All of them go through one parser, which takes only URIs that can be written in
 * one way: absolute, ASCII, no user, no fragment, no wildcard (RFC 3986; RFC 9700 §2.1, §4.1.3; RFC 8252 §7, §8). What
 * passes can be compared as a string, sent in a Location header and named in a content security policy.
 */
export interface UriRules {
  /** Allow http to hosts that are not loopback. */
  readonly plainHttp: boolean;
  /** Let mobile clients have schemes without a dot, like `crmleads://`. */
  readonly undottedSchemes: boolean;
}

export const maxUriLength = 2048;
/** RFC 3986 §2: unreserved, reserved, percent-encoded. */
const notInUris = /[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]/gu;
const malformedPercent = /%(?![0-9A-Fa-f]{2})/;
const authorityPattern = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/;
const hostAndPort = /^(\[[^[\]]*\]|[^:[\]]*)(?::(.*))?$/;
const hostPattern = /^([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\])$/;
const webScheme = /^https?:\/\/[^/?#]/;
/** RFC 8252 §7.1: a domain name in reverse order, so that two apps do not meet in one scheme. */
const reverseDomainScheme = /^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+:\//;
const undottedScheme = /^[a-z][a-z0-9-]*:\/\//;
/** What browsers and systems handle themselves; only asked where schemes without a dot are let through. */
const systemSchemes = new Set(
  'about blob data file filesystem ftp intent javascript mailto sms tel vbscript view-source ws wss'.split(' '),
);

/** Why `value` cannot be the homepage of a client, in one line, or undefined. */
export function homepageFault(value: string): string | undefined {
  const url = parseUri(value);
  return typeof url === 'string' ? url : webSchemeFault(value);
}

/** Why `value` cannot be a redirect URI, in one line, or undefined. `ownScheme`: the type of client may have one. */
export function redirectUriFault(value: string, ownScheme: boolean, rules: UriRules): string | undefined {
  const url = parseUri(value);
  if (typeof url === 'string') return url;
  if (isWeb(url)) return webSchemeFault(value) ?? plainHttpFault(url, rules);
  if (!ownScheme) return 'it must begin with http:// or https://';
  if (reverseDomainScheme.test(value)) return undefined;
  const scheme = url.protocol.slice(0, -1);
  if (rules.undottedSchemes && undottedScheme.test(value) && !systemSchemes.has(scheme)) return undefined;
  return (
    `the scheme of an app must be a domain name of its owner in reverse order and lower case, followed by ":/", like ` +
    `com.example.app:/callback (RFC 8252 §7.1); "${scheme}" came`
  );
}

/** Why `value` cannot be the address of a client's keys, in one line, or undefined: whoever could change them on the way would be it. */
export function keySetUriFault(value: string): string | undefined {
  return redirectUriFault(value, false, { plainHttp: false, undottedSchemes: false });
}

/** Why `value` cannot be a JavaScript domain, in one line, or undefined. */
export function javascriptDomainFault(value: string, rules: UriRules): string | undefined {
  const url = parseUri(value);
  if (typeof url === 'string') return url;
  const fault = webSchemeFault(value);
  if (fault !== undefined) return fault;
  if (url.origin !== value) return `it must be scheme, host and port only, like ${url.origin}`;
  return plainHttpFault(url, rules);
}

/** The parsed URI, or the reason why it is none that we take. */
function parseUri(value: string): URL | string {
  if (value === '') return 'it is empty';
  if (value.length > maxUriLength) return `at most ${maxUriLength} characters are allowed, ${value.length} came`;
  const unseen = invisibleCharacterIn(value);
  if (unseen !== undefined) return `invisible characters are not allowed; ${unseen} came`;
  if (/\s/u.test(value)) return 'blanks are not allowed';
  if (value.includes('\\')) return 'backslashes are not allowed';
  if (value.match(notInUris))
    return `it must be written with the characters of URIs only, like ${inUriCharacters(value)}`;
  if (malformedPercent.test(value)) return 'each "%" must begin a percent-encoded byte, like %20';
  if (value.includes('*')) return 'wildcards are not allowed';
  if (value.includes('#')) return 'a fragment is not allowed';
  const [, authority] = authorityPattern.exec(value) ?? [];
  const fault = authority ? authorityFault(authority) : undefined;
  if (fault !== undefined) return fault;
  if (!URL.canParse(value)) return 'it must be an absolute URI';
  const url = new URL(value);
  const host = authority && hostAndPort.exec(authority)?.[1]?.toLowerCase();
  if (host && isWeb(url) && url.hostname !== host) return `the host must be written as ${url.hostname}, ${host} came`;
  return url;
}

function authorityFault(authority: string): string | undefined {
  if (authority.includes('@')) return 'a user name is not allowed';
  const [, host = '', port] = hostAndPort.exec(authority) ?? [];
  if (!hostPattern.test(host)) {
    return `the host must be made of letters, digits, hyphens and dots; "${host || authority}" came`;
  }
  if (port === undefined) return undefined;
  const inRange = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
  return inRange ? undefined : `the port: expected 1 to 65535, got "${port}"`;
}

/** The same address as browsers send it: punycode for the host, percent-encoded bytes for the rest. */
function inUriCharacters(value: string): string {
  const parsed = URL.canParse(value) ? new URL(value).href : value;
  return parsed.replace(notInUris, encodeURIComponent);
}

function isWeb(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:';
}

/** URL parsers also take `https:host`, `https:///host` and `HTTPS://host`. */
function webSchemeFault(value: string): string | undefined {
  return webScheme.test(value) ? undefined : 'it must begin with http:// or https:// in lower case and a host';
}

function plainHttpFault(url: URL, { plainHttp }: UriRules): string | undefined {
  if (url.protocol === 'https:' || plainHttp || isLoopback(url.hostname)) return undefined;
  return 'http is allowed for localhost only; use https';
}

/** Hosts that never leave the machine (RFC 8252 §7.3, §8.3). */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '127.0.0.1' || hostname === '[::1]'
  );
}
