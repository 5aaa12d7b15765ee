import { parseHeaderTime } from '../fields/values/date-time.ts';
import { readTruth } from '../fields/values/truth.ts';
import type { CrmCall } from '../kernel/call.ts';
import { type ErrorCode, type ErrorDetails, idInvalid, Refusal } from '../kernel/errors.ts';
import { isId } from '../kernel/ids.ts';

/** Readers of query parameters and headers; each refuses what it cannot read, naming the parameter. */

export const maxPerPage = 200;

/** The parts of a comma-separated parameter, trimmed, without empty ones; undefined when it is absent or empty. */
export function listParameter(query: URLSearchParams, name: string): string[] | undefined {
  const parts = (query.get(name) ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts;
}

/** A whole number from 1; `fallback` when the parameter is absent. */
export function countParameter(query: URLSearchParams, name: string, fallback: number, maximum: number): number {
  const text = query.get(name);
  if (text === null || text === '') return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= maximum) return value;
  throw new Refusal('INVALID_DATA', {
    details: {
      param_name: name,
      ...(value > maximum ? { maximum_length: maximum } : { expected_data_type: 'integer' }),
    },
    reason: { came: text.slice(0, 40) },
  });
}

export function pageParameters(call: Pick<CrmCall, 'query' | 'version'>): { page: number; perPage: number } {
  const { query } = call;
  return {
    page: pageParameter(call),
    perPage: countParameter(query, 'per_page', maxPerPage, maxPerPage),
  };
}

/** A part of a list that stands in memory, and the `info` of its page. */
export function pageOf<Item>(items: readonly Item[], { page, perPage }: { page: number; perPage: number }) {
  const shown = items.slice((page - 1) * perPage, page * perPage);
  const info = { per_page: perPage, count: shown.length, page, more_records: items.length > page * perPage };
  return { shown, info };
}

/** The number of a page. The first one is 0 for old clients of v2, whose default that is (crm-api 2.3). */
export function pageParameter({ query, version }: Pick<CrmCall, 'query' | 'version'>): number {
  return version.number === 2 && query.get('page') === '0' ? 1 : countParameter(query, 'page', 1, 1_000_000);
}

/** One of a closed set of words. */
export function choiceParameter<Choice extends string>(
  query: URLSearchParams,
  name: string,
  choices: readonly Choice[],
  fallback: Choice,
): Choice {
  const text = query.get(name);
  if (text === null || text === '') return fallback;
  if ((choices as readonly string[]).includes(text)) return text as Choice;
  throw new Refusal('INVALID_DATA', { details: { param_name: name, supported_values: choices } });
}

/** `true` or `false` in any letter case; false when the parameter is absent. */
export function booleanParameter(query: URLSearchParams, name: string): boolean {
  return truthParameter(query, name, ['true', 'false'], 'false') === 'true';
}

/** Which of two kinds of records are meant. */
export type State = 'true' | 'false' | 'both';

/** `true`, `false` or `both`, in any letter case. */
export function stateParameter(query: URLSearchParams, name: string, fallback: State): State {
  return truthParameter(query, name, ['true', 'false', 'both'], fallback);
}

function truthParameter<Choice extends State>(
  query: URLSearchParams,
  name: string,
  choices: readonly Choice[],
  fallback: Choice,
): Choice {
  const text = query.get(name);
  const word = String(readTruth(text) ?? text?.toLowerCase());
  return choices.find((choice) => choice === word) ?? choiceParameter(query, name, choices, fallback);
}

/** At most `maximum` ids that a list is narrowed to, without repetitions; undefined when the parameter is absent. */
export function idsFilter(
  query: URLSearchParams,
  name: string,
  maximum: number,
  read: ReadId = digits,
): string[] | undefined {
  return readIds(query, name, maximum, { code: 'INVALID_DATA', details: { param_name: name }, read });
}

/** At most `maximum` ids of what a call is about, without repetitions; undefined when the parameter is absent. */
export function idsParameter(
  query: URLSearchParams,
  name: string,
  maximum: number,
  read: ReadId = digits,
): string[] | undefined {
  return readIds(query, name, maximum, { code: 'UNABLE_TO_PARSE_DATA_TYPE', details: {}, read });
}

/** What a part of the list says; undefined: nothing that could be an id. */
type ReadId = (text: string) => string | undefined;

const digits: ReadId = (text) => (/^\d+$/.test(text) ? text : undefined);

function readIds(
  query: URLSearchParams,
  name: string,
  maximum: number,
  { code, details, read }: { readonly code: ErrorCode; readonly details: ErrorDetails; readonly read: ReadId },
): string[] | undefined {
  const ids = listParameter(query, name)?.map((text) => {
    const id = read(text);
    if (id === undefined) throw new Refusal(code, { details, reason: { param: name, came: text.slice(0, 40) } });
    return id;
  });
  const unique = ids && [...new Set(ids)];
  if (unique && unique.length > maximum) {
    throw new Refusal('LIMIT_EXCEEDED', { details: { limit: maximum, param_name: name } });
  }
  return unique;
}

/** The id in the path at `index` after the version. */
export function pathId(text: string, index: number): string {
  if (isId(text)) return text;
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: index }, message: idInvalid });
}

/** The time of `If-Modified-Since` or `If-Unmodified-Since`; undefined when the header is absent. */
export function timeHeader(call: CrmCall, name: 'if-modified-since' | 'if-unmodified-since'): number | undefined {
  const text = call.headers[name];
  if (typeof text !== 'string' || text.trim() === '') return undefined;
  const atMs = parseHeaderTime(text);
  if (atMs !== undefined) return atMs;
  throw new Refusal('INVALID_DATA', {
    details: { header_name: name, expected_data_type: 'datetime' },
    reason: { came: text.slice(0, 60) },
  });
}

/**
 * Whether something changed after a header's time. The wire has whole seconds, so what changed within the second that
 * the client has already seen counts as seen.
 */
export function changedAfter(changedAtMs: number, headerMs: number): boolean {
  return Math.floor(changedAtMs / 1000) > Math.floor(headerMs / 1000);
}
