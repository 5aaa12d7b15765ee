import { type ClientType, clientTypeRules } from './client.ts';

/** What an owner types when registering or changing a client. */
export interface ClientFields {
  readonly name: string;
  readonly homepageUrl: string | null;
  readonly redirectUris: readonly string[];
  readonly javascriptDomains: readonly string[];
}

/** A refused field: the message of the console (reference §9.3), and the precise reason. */
export interface FieldFault {
  readonly field: 'name' | 'homepageUrl' | 'redirectUris' | 'javascriptDomains';
  readonly message: string;
  readonly value: string;
  readonly reason: string;
}

export interface ClientLimits {
  readonly redirectUrisPerClient: number;
  readonly javascriptDomainsPerClient: number;
}

export interface ValidationOptions {
  readonly limits: ClientLimits;
  /** Allow http to hosts that are not loopback. */
  readonly plainHttp: boolean;
}

const maxNameLength = 100;
const maxUriLength = 2048;
const namePattern = /^[\p{L}\p{N} _&]+$/u;
const controlCharacters = /[\s\p{Cc}]/u;
const customScheme = /^[a-z][a-z0-9+.-]*:/;
const refusedSchemes = new Set([
  'javascript:',
  'data:',
  'file:',
  'vbscript:',
  'blob:',
  'about:',
  'ws:',
  'wss:',
  'ftp:',
]);

const messages = {
  name: 'Enter a valid client name',
  homepageUrl: 'Enter a valid homepage URL',
  redirectUris: 'Enter a valid redirect URI',
  javascriptDomains: 'Enter a valid JavaScript Domain URI',
} as const;

/** Checks the fields of a client of `type`; an empty answer means that they are in order. */
export function validateClient(type: ClientType, fields: ClientFields, options: ValidationOptions): FieldFault[] {
  const rules = clientTypeRules[type];
  const faults: FieldFault[] = [];
  const check = (field: FieldFault['field'], value: string, reason: string | undefined) => {
    if (reason !== undefined) faults.push({ field, message: messages[field], value: value.slice(0, 200), reason });
  };
  check('name', fields.name, nameFault(fields.name));
  if (rules.homepage) check('homepageUrl', fields.homepageUrl ?? '', homepageFault(fields.homepageUrl ?? ''));
  else if (fields.homepageUrl) check('homepageUrl', fields.homepageUrl, `a ${rules.label} client has none`);

  const lists = [
    ['redirectUris', rules.redirectUris, options.limits.redirectUrisPerClient, redirectUriFault],
    ['javascriptDomains', rules.javascriptDomains, options.limits.javascriptDomainsPerClient, javascriptDomainFault],
  ] as const;
  for (const [field, allowed, limit, faultOf] of lists) {
    const values = fields[field];
    if (!allowed) {
      if (values[0] !== undefined) check(field, values[0], `a ${rules.label} client has none`);
      continue;
    }
    if (values.length === 0) check(field, '', 'at least one is needed');
    if (limit > 0 && values.length > limit) check(field, '', `at most ${limit} are allowed, ${values.length} came`);
    for (const value of values) check(field, value, faultOf(value, type, options.plainHttp));
    const repeated = values.find((value, index) => values.indexOf(value) !== index);
    if (repeated !== undefined) check(field, repeated, 'it is listed twice');
  }
  return faults;
}

function nameFault(name: string): string | undefined {
  if (name.trim() === '') return 'it is empty';
  if (name.length > maxNameLength) return `at most ${maxNameLength} characters are allowed`;
  if (!namePattern.test(name)) return 'only letters, digits, blanks, "_" and "&" are allowed';
  return undefined;
}

function homepageFault(value: string): string | undefined {
  const url = parseUrl(value);
  if (typeof url === 'string') return url;
  return url.protocol === 'https:' || url.protocol === 'http:' ? undefined : 'it must begin with http:// or https://';
}

/**
 * Redirect URIs are compared as strings, so only ones that can be written in one way are taken: absolute, no fragment,
 * no user, no wildcard (RFC 9700 §2.1, §4.1.3; RFC 8252 §7, §8).
 */
function redirectUriFault(value: string, type: ClientType, plainHttp: boolean): string | undefined {
  const url = parseUrl(value);
  if (typeof url === 'string') return url;
  if (refusedSchemes.has(url.protocol)) return `the scheme ${url.protocol} is not allowed`;
  if (url.protocol === 'https:') return undefined;
  if (url.protocol === 'http:') return plainHttpFault(url, plainHttp);
  if (type !== 'mobile') return 'it must begin with http:// or https://';
  return customScheme.test(value) ? undefined : 'the scheme must be in lower case';
}

function javascriptDomainFault(value: string, _type: ClientType, plainHttp: boolean): string | undefined {
  const url = parseUrl(value);
  if (typeof url === 'string') return url;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'it must begin with http:// or https://';
  if (url.origin !== value) return `it must be scheme, host and port only, like ${url.origin}`;
  return url.protocol === 'http:' ? plainHttpFault(url, plainHttp) : undefined;
}

function plainHttpFault(url: URL, plainHttp: boolean): string | undefined {
  return plainHttp || isLoopback(url.hostname) ? undefined : 'http is allowed for localhost only; use https';
}

/** The parsed URL, or the reason why it is none that we take. */
function parseUrl(value: string): URL | string {
  if (value.length > maxUriLength) return `at most ${maxUriLength} characters are allowed`;
  if (value === '') return 'it is empty';
  if (controlCharacters.test(value) || value.includes('\\')) return 'blanks and backslashes are not allowed';
  if (value.includes('*')) return 'wildcards are not allowed';
  if (value.includes('#')) return 'a fragment is not allowed';
  if (!URL.canParse(value)) return 'it must be an absolute URI';
  const url = new URL(value);
  if ((url.protocol === 'http:' || url.protocol === 'https:') && !/^https?:\/\/[^/]/.test(value)) {
    return 'it must begin with http:// or https:// in lower case';
  }
  if (url.username || url.password || /^[a-z]+:\/\/[^/?]*@/.test(value)) return 'a user name is not allowed';
  return url;
}

/** Hosts that never leave the machine (RFC 8252 §7.3, §8.3). */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '127.0.0.1' || hostname === '[::1]'
  );
}
