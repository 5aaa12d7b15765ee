import type { CallOptions, CrmCaller } from './call.ts';

/** A query that `coql` made. */
export interface CoqlQuery {
  readonly text: string;
}

/** Part of a query that is no value: put in as it is. */
class Verbatim {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What can stand for a value: texts are quoted and escaped, lists become `('a', 'b')`. */
export type CoqlValue = string | number | bigint | boolean | null | Date | Verbatim | readonly CoqlValue[];

const rowsPerPage = 2000;

/**
 * A query whose values cannot change its meaning.
 *
 * @example
 * const query = coql`select Last_Name from Leads where Company = ${"O'Neill"} and Annual_Revenue > ${1000}`;
 * @throws TypeError for a value that COQL has no form for.
 */
export function coql(strings: TemplateStringsArray, ...values: readonly CoqlValue[]): CoqlQuery {
  return { text: strings.reduce((text, string, index) => text + literal(values[index - 1] as CoqlValue) + string) };
}

/**
 * The name of a module or field for a query, checked.
 *
 * @example
 * coql`select ${coqlName('Account_Name.Account_Name')} from Contacts where id is not null`;
 */
export function coqlName(name: string): Verbatim {
  if (/^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$/.test(name)) return new Verbatim(name);
  throw new TypeError(`expected an API name, got "${name}"`);
}

function literal(value: CoqlValue): string {
  if (value instanceof Verbatim) return value.text;
  if (typeof value === 'string') return `'${value.replace(/['\\]/g, '\\$&')}'`;
  if (value instanceof Date) return `'${value.toISOString().replace(/\.\d+Z$/, '+00:00')}'`;
  if (value === null) return 'null';
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`COQL has no number ${value}`);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value) && value.length > 0) return `(${value.map(literal).join(', ')})`;
  throw new TypeError(`expected a text, number, boolean, date, null or a list of them, got ${describe(value)}`);
}

function describe(value: unknown): string {
  return Array.isArray(value) ? 'an empty list' : typeof value;
}

/** Rows of a query, page after page unless it has a limit of its own. */
export async function* queryRows<T>(caller: CrmCaller, query: CoqlQuery, options: CallOptions): AsyncGenerator<T> {
  const limited = /\blimit\s+\d+(\s*,\s*\d+|\s+offset\s+\d+)?\s*$/i.test(query.text);
  for (let offset = 0; ; offset += rowsPerPage) {
    const text = limited ? query.text : `${query.text} limit ${offset}, ${rowsPerPage}`;
    // Reading only, so it may be sent again.
    const request = {
      ...options,
      method: 'POST',
      path: 'coql',
      json: { select_query: text },
      retry: 'always',
    } as const;
    const answer = await caller.json<{ data: T[]; info?: { more_records?: boolean } }>(request);
    if (!answer) return;
    yield* answer.data;
    if (limited || !answer.info?.more_records) return;
  }
}
