import { visibleNameFault } from '../foundation/invisible-characters.ts';
import { type ClientType, clientTypeRules } from './client.ts';
import { readClientKeys } from './client-keys.ts';
import {
  homepageFault,
  javascriptDomainFault,
  keySetUriFault,
  redirectUriFault,
  type UriRules,
} from './client-uris.ts';

/** What an owner types when registering or changing a client. */
export interface ClientFields {
  readonly name: string;
  readonly homepageUrl: string | null;
  readonly redirectUris: readonly string[];
  readonly javascriptDomains: readonly string[];
}

/** Where a client's users may be sent after signing out, and where its server is told of it (OpenID Connect). */
export interface LogoutFields {
  readonly postLogoutRedirectUris: readonly string[];
  /** Null and empty: none. */
  readonly backchannelLogoutUri: string | null;
}

/** The public keys by which a client authenticates instead of a secret (RFC 7523); both null: by its secret. */
export interface KeyFields {
  /** A key set (RFC 7517 §5), as it was given. */
  readonly jwks: unknown;
  /** Where it publishes them instead. Null and empty: nowhere. */
  readonly jwksUri: string | null;
}

/** A refused field: the message of the console (reference §9.3), and the precise reason. */
export interface FieldFault<Field extends string = keyof ClientFields> {
  readonly field: Field;
  readonly message: string;
  readonly value: string;
  readonly reason: string;
}

export interface ClientLimits {
  readonly redirectUrisPerClient: number;
  readonly javascriptDomainsPerClient: number;
}

export interface ValidationOptions extends UriRules {
  readonly limits: ClientLimits;
}

const maxNameLength = 200;
const namePattern = /^[\p{L}\p{M}\p{N} _&]+$/u;

const messages = {
  name: 'Enter a valid client name',
  homepageUrl: 'Enter a valid homepage URL',
  redirectUris: 'Enter a valid redirect URI',
  javascriptDomains: 'Enter a valid JavaScript Domain URI',
  postLogoutRedirectUris: 'Enter a valid post-logout redirect URI',
  backchannelLogoutUri: 'Enter a valid back-channel logout URI',
  jwks: 'Enter valid keys',
  jwksUri: 'Enter a valid address of the keys',
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

  const redirectFault = (value: string) => redirectUriFault(value, rules.ownScheme, options);
  const domainFault = (value: string) => javascriptDomainFault(value, options);
  const lists = [
    ['redirectUris', rules.redirectUris, options.limits.redirectUrisPerClient, redirectFault],
    ['javascriptDomains', rules.javascriptDomains, options.limits.javascriptDomainsPerClient, domainFault],
  ] as const;
  for (const [field, allowed, limit, faultOf] of lists) {
    const values = fields[field];
    if (!allowed) {
      if (values[0] !== undefined) check(field, values[0], `a ${rules.label} client has none`);
      continue;
    }
    if (values.length === 0) check(field, '', 'at least one is needed');
    if (limit > 0 && values.length > limit) check(field, '', `at most ${limit} are allowed, ${values.length} came`);
    for (const value of values) check(field, value, faultOf(value));
    const repeated = values.find((value, index) => values.indexOf(value) !== index);
    if (repeated !== undefined) check(field, repeated, 'it is listed twice');
  }
  return faults;
}

/** Checks the addresses that have to do with signing out; an empty answer means that they are in order. */
export function validateLogout(
  { backchannelLogoutUri, postLogoutRedirectUris }: Partial<LogoutFields>,
  { limits: { redirectUrisPerClient: most }, ...rules }: ValidationOptions,
): FieldFault<keyof LogoutFields>[] {
  const faults: FieldFault<keyof LogoutFields>[] = [];
  const check = (field: keyof LogoutFields, value: string, reason: string | undefined) => {
    if (reason !== undefined) faults.push({ field, message: messages[field], value: value.slice(0, 200), reason });
  };
  const uris = postLogoutRedirectUris ?? [];
  const tooMany = most > 0 && uris.length > most;
  check('postLogoutRedirectUris', '', tooMany ? `at most ${most} are allowed, ${uris.length} came` : undefined);
  for (const uri of uris) check('postLogoutRedirectUris', uri, redirectUriFault(uri, true, rules));
  if (backchannelLogoutUri) {
    check('backchannelLogoutUri', backchannelLogoutUri, redirectUriFault(backchannelLogoutUri, false, rules));
  }
  return faults;
}

/** Checks the keys of a client, or where they are published; an empty answer means that they are in order. */
export function validateKeys({ jwks, jwksUri }: Partial<KeyFields>): FieldFault<keyof KeyFields>[] {
  const fault = (field: keyof KeyFields, value: string, reason: string) => [
    { field, message: messages[field], value: value.slice(0, 200), reason },
  ];
  if (jwksUri) {
    if (jwks) return fault('jwks', '', 'expected either the keys or their address, got both');
    const reason = keySetUriFault(jwksUri);
    return reason === undefined ? [] : fault('jwksUri', jwksUri, reason);
  }
  if (jwks === undefined || jwks === null) return [];
  const read = readClientKeys(jwks);
  return 'fault' in read ? fault('jwks', '', read.fault) : [];
}

/** Letters and digits of any script, marks that belong to them, blank, "_" and "&". */
function nameFault(name: string): string | undefined {
  const length = [...name].length;
  if (name.trim() === '') return 'it is empty';
  if (length > maxNameLength) return `at most ${maxNameLength} characters are allowed, ${length} came`;
  const unseen = visibleNameFault('it', name);
  if (unseen !== undefined) return unseen;
  if (!namePattern.test(name)) return 'only letters, digits, blanks, "_" and "&" are allowed';
  return undefined;
}
