/** A form that a text must have: the keywords of a TypeBox string, and what the command line checks before it calls. */
export interface TextForm {
  readonly pattern: string;
  /** In words, for messages: patterns are never shown. */
  readonly expected: string;
}

/** Forms that the admin API and the command line both check. */
export const textForms = {
  /** Of organizations, users and records. */
  id: { pattern: '^[0-9]{1,19}$', expected: 'an id of up to 19 digits' },
  /** Of a signing key. */
  keyId: { pattern: '^[0-9a-f]{32}$', expected: '32 lower-case hexadecimal digits' },
  /** A token of HTTP (RFC 9110 §9.1). */
  httpMethod: { pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,32}$", expected: 'an HTTP method like GET' },
  outsideProviderId: {
    pattern: '^[a-z][a-z0-9-]{0,30}$',
    expected: 'lower-case letters, digits and hyphens, a letter first, 31 at most',
  },
  snapshotName: {
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
    expected: '1 to 64 letters, digits, ".", "_" and "-", a letter or digit first',
  },
  /** The head of an audit log: the number of its last entry and its hash. */
  auditHead: {
    pattern: '^[0-9]{1,15}:[0-9a-fA-F]{64}$',
    expected: 'the number of an entry, a colon and 64 hexadecimal digits',
  },
} as const satisfies Readonly<Record<string, TextForm>>;

export function hasForm(text: string, { pattern }: TextForm): boolean {
  return new RegExp(pattern).test(text);
}
