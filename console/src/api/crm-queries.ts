import { queryOptions } from '@tanstack/react-query';
import type { ModuleFacts } from '../../../server/src/console/wire.ts';
import { call } from './call.ts';
import {
  type CrmField,
  type CrmModule,
  type CrmRecord,
  type CrmRecords,
  type CrmRelatedList,
  type CrmSection,
  type CrmUsers,
  type CrmView,
  read,
  type Space,
  select,
  type TimelineEntry,
} from './crm.ts';

const perPage = 50;
const noRecords: CrmRecords = { data: [], info: { more_records: false } };
const noUsers: CrmUsers = { users: [], info: { more_records: false } };
const metadataStaleMs = 60_000;
/** As many as the API gives at once. */
const usersPerPage = 200;

/** Which part of a module's records is shown, as the address keeps it. */
export interface ListChoice {
  readonly view: string;
  readonly word: string;
  readonly sort: string;
  readonly order: string;
  /** A page token of the API, or for sorted lists the number of records before the page. */
  readonly token: string;
}

/** What the screens of records read, by the keys under which it is kept. */
export const crmQueries = {
  modules: (space: Space) =>
    queryOptions({
      queryKey: ['crm', space, 'modules'],
      queryFn: async ({ signal }) => {
        const answer = await read<{ modules: CrmModule[] }>(space, 'settings/modules', signal);
        return (answer?.modules ?? [])
          .filter(isShown)
          .sort((one, other) => one.sequence_number - other.sequence_number);
      },
      staleTime: metadataStaleMs,
    }),
  fields: (space: Space, module: string) =>
    queryOptions({
      queryKey: ['crm', space, module, 'fields'],
      queryFn: async () =>
        (await read<{ fields: CrmField[] }>(space, `settings/fields?module=${encodeURIComponent(module)}`))?.fields ??
        [],
      staleTime: metadataStaleMs,
    }),
  sections: (space: Space, module: string) =>
    queryOptions({
      queryKey: ['crm', space, module, 'layouts'],
      queryFn: async (): Promise<readonly CrmSection[]> => {
        const path = `settings/layouts?module=${encodeURIComponent(module)}`;
        return (await read<{ layouts: { sections: CrmSection[] }[] }>(space, path))?.layouts[0]?.sections ?? [];
      },
      staleTime: metadataStaleMs,
    }),
  views: (space: Space, module: string) =>
    queryOptions({
      queryKey: ['crm', space, module, 'views'],
      queryFn: async () => {
        const path = `settings/custom_views?module=${encodeURIComponent(module)}`;
        return (await read<{ custom_views: CrmView[] }>(space, path))?.custom_views ?? [];
      },
      staleTime: metadataStaleMs,
    }),
  /** One view with its columns. */
  view: (space: Space, module: string, viewId: string) =>
    queryOptions({
      queryKey: ['crm', space, module, 'view', viewId],
      queryFn: async (): Promise<CrmView | null> => {
        const path = `settings/custom_views/${encodeURIComponent(viewId)}?module=${encodeURIComponent(module)}`;
        return (await read<{ custom_views: CrmView[] }>(space, path))?.custom_views[0] ?? null;
      },
      staleTime: metadataStaleMs,
    }),
  records: (space: Space, module: string, columns: readonly string[], choice: ListChoice) =>
    queryOptions({
      queryKey: ['crm', space, module, 'records', columns, choice],
      queryFn: ({ signal }) => listRecords(space, module, columns, choice, signal),
    }),
  record: (space: Space, module: string, recordId: string) =>
    queryOptions({
      queryKey: ['crm', space, module, 'record', recordId],
      queryFn: async (): Promise<CrmRecord | null> =>
        (await read<CrmRecords>(space, `${module}/${encodeURIComponent(recordId)}`))?.data[0] ?? null,
    }),
  relatedLists: (space: Space, module: string) =>
    queryOptions({
      queryKey: ['crm', space, module, 'related-lists'],
      queryFn: async () => {
        const path = `settings/related_lists?module=${encodeURIComponent(module)}`;
        const lists = (await read<{ related_lists: CrmRelatedList[] }>(space, path))?.related_lists ?? [];
        return lists.filter(({ status, module: of }) => status === 'visible' && of !== null);
      },
      staleTime: metadataStaleMs,
    }),
  related: (space: Space, module: string, recordId: string, list: string, columns: readonly string[]) =>
    queryOptions({
      queryKey: ['crm', space, module, 'record', recordId, 'related', list, columns],
      queryFn: async () => {
        const query = new URLSearchParams({ fields: columns.join(','), per_page: String(perPage) });
        return (
          (await read<CrmRecords>(space, `${module}/${encodeURIComponent(recordId)}/${list}?${query}`)) ?? noRecords
        );
      },
    }),
  timeline: (space: Space, module: string, recordId: string) =>
    queryOptions({
      queryKey: ['crm', space, module, 'record', recordId, 'timeline'],
      queryFn: async () => {
        const path = `${module}/${encodeURIComponent(recordId)}/__timeline?per_page=${perPage}`;
        return (await read<{ __timeline: TimelineEntry[] }>(space, path))?.__timeline ?? [];
      },
    }),
  /** The first users of the organization, for choosing one. */
  users: (space: Space) =>
    queryOptions({
      queryKey: ['crm', space, 'users'],
      queryFn: async () => (await read<CrmUsers>(space, `users?type=ActiveUsers&per_page=${usersPerPage}`)) ?? noUsers,
      staleTime: metadataStaleMs,
    }),
  /** The users whose full name, last name or e-mail address begins so. */
  usersNamed: (space: Space, text: string) =>
    queryOptions({
      queryKey: ['crm', space, 'users', text],
      queryFn: async ({ signal }) => {
        const value = text.replace(/[(),\\]/g, '\\$&');
        const criteria = ['full_name', 'last_name', 'email'].map((name) => `(${name}:starts_with:${value})`).join('or');
        const query = new URLSearchParams({ criteria: `(${criteria})`, type: 'ActiveUsers', per_page: '20' });
        return (await read<CrmUsers>(space, `Users/search?${query}`, signal)) ?? noUsers;
      },
      staleTime: metadataStaleMs,
    }),
  /** What the CRM API does not tell of a module: where its look-ups may lead, and by what it can be sorted. */
  moduleFacts: (space: Space, module: string) =>
    queryOptions({
      queryKey: ['crm', space, module, 'facts'],
      queryFn: async () => {
        const query = new URLSearchParams({ ...space, module });
        return call<ModuleFacts>('GET', `/records/module?${query}`);
      },
      staleTime: metadataStaleMs,
    }),
  /** The records of a module that have a word, for choosing one. */
  choices: (space: Space, module: string, field: string, word: string) =>
    queryOptions({
      queryKey: ['crm', space, module, 'choices', field, word],
      queryFn: async ({ signal }) => {
        const query = new URLSearchParams({ word, fields: field, per_page: '20' });
        return (await read<CrmRecords>(space, `${module}/search?${query}`, signal))?.data ?? [];
      },
      enabled: word.length >= 2,
    }),
};

function isShown({ status, api_supported, viewable, generated_type }: CrmModule): boolean {
  return status === 'visible' && api_supported && viewable && generated_type !== 'web';
}

/**
 * A page of records: a search by word, the view in its own order by page tokens, or the view in the order of any
 * column, for which the list call has no parameter but the query language has.
 */
async function listRecords(
  space: Space,
  module: string,
  columns: readonly string[],
  { view, word, sort, order, token }: ListChoice,
  signal: AbortSignal,
): Promise<CrmRecords> {
  const fields = columns.join(',');
  if (word !== '') {
    const page = token === '' ? '1' : token;
    const query = new URLSearchParams({ word, fields, page, per_page: String(perPage) });
    const found = await read<CrmRecords>(space, `${module}/search?${query}`, signal);
    if (!found) return noRecords;
    const next = found.info.more_records ? String(Number(page) + 1) : null;
    return { data: found.data, info: { more_records: found.info.more_records, next_page_token: next } };
  }
  if (sort !== '' && columns.includes(sort)) {
    const before = Number(token) || 0;
    const from = view === '' ? module : `${module}#${view}`;
    const found = await select(
      space,
      `select ${fields} from ${from} where id is not null order by ${sort} ${order === 'desc' ? 'desc' : 'asc'} limit ${before}, ${perPage}`,
    );
    if (!found) return noRecords;
    const next = found.info.more_records ? String(before + perPage) : null;
    return { data: found.data, info: { more_records: found.info.more_records, next_page_token: next } };
  }
  const query = new URLSearchParams({ fields, per_page: String(perPage) });
  if (view !== '') query.set('cvid', view);
  if (token !== '') query.set('page_token', token);
  return (await read<CrmRecords>(space, `${module}?${query}`, signal)) ?? noRecords;
}
