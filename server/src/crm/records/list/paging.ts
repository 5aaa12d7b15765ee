import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import type { PagePlace } from '../../store/records/page-place.ts';
import { pageParameters } from '../../wire/parameters.ts';
import { makePageToken, pageTokenTtlMs, readPageToken, type TokenOwner } from './page-token.ts';

/** Pages of lists: by number up to record 2,000, by token up to record 100,000 (crm-api 6.1). */
const discreteLimit = 2_000;
const tokenLimit = 100_000;

/** Two parameters that exclude each other. */
export function ambiguous(...names: string[]): Refusal {
  return new Refusal('AMBIGUITY_DURING_PROCESSING', {
    details: { ambiguity_due_to: names.map((param_name) => ({ param_name })) },
  });
}

/** A page that a call asks for. */
export interface AskedPage {
  readonly page: number;
  readonly perPage: number;
  /** Where it begins, when it was asked for by token, which then says its number. */
  readonly place: PagePlace | undefined;
}

/** The page that a call asks for, by number or by token. @throws Refusal when neither reaches it. */
export function pagePlace(call: CrmCall, owner: TokenOwner): AskedPage {
  const { page, perPage } = pageParameters(call);
  const place = tokenPlace(call, owner);
  const asked = { page: place?.page ?? page, perPage, place };
  if (!place && page * perPage > discreteLimit) {
    throw new Refusal('DISCRETE_PAGINATION_LIMIT_EXCEEDED', { details: { limit: discreteLimit } });
  }
  if (place && asked.page * perPage > tokenLimit) {
    throw new Refusal('PAGINATION_LIMIT_EXCEEDED', { details: { limit: tokenLimit, param_name: 'page_token' } });
  }
  return asked;
}

/** Old versions do not know the parameter. */
function tokenPlace({ query, version, nowMs }: CrmCall, owner: TokenOwner): PagePlace | undefined {
  const token = version.number < 3 ? null : query.get('page_token');
  if (!token) return undefined;
  if (query.get('page')) throw ambiguous('page', 'page_token');
  return readPageToken(token, owner, nowMs);
}

/** A page that is about to be answered; `first` and `last` are the sort values and ids of its ends. */
interface Page {
  readonly page: number;
  readonly perPage: number;
  readonly count: number;
  readonly hasNext: boolean;
  readonly first: Pick<PagePlace, 'key' | 'id'>;
  readonly last: Pick<PagePlace, 'key' | 'id'>;
  readonly sortBy: string;
  readonly ascending: boolean;
}

/** The `info` of a page: the full one since v3, the short one before. */
export function pageInfo({ version, nowMs, user }: CrmCall, owner: TokenOwner, shown: Page): object {
  const { page, perPage, count, hasNext } = shown;
  if (version.number < 3) return { per_page: perPage, count, page, more_records: hasNext };
  const next: PagePlace = { page: page + 1, ...shown.last, backwards: false };
  const previous: PagePlace = { page: page - 1, ...shown.first, backwards: true };
  return {
    call: false,
    per_page: perPage,
    next_page_token: hasNext ? makePageToken(next, owner, nowMs) : null,
    count,
    sort_by: shown.sortBy,
    page,
    previous_page_token: page > 1 ? makePageToken(previous, owner, nowMs) : null,
    page_token_expiry: hasNext ? formatDateTime(nowMs + pageTokenTtlMs, user.timeZone) : null,
    sort_order: shown.ascending ? 'asc' : 'desc',
    email: false,
    more_records: hasNext,
  };
}
