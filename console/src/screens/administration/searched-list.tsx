import { Group, Pagination, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { keepPreviousData, type UseQueryOptions, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { IconSearch } from '../../parts/icons.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { administrationTexts as texts } from '../../texts/administration.ts';

interface Page {
  readonly page: number;
  readonly perPage: number;
  readonly total: number;
}

interface ListSearch {
  readonly search?: string;
  readonly page?: number;
}

/** A list of the administration in pages; search and page are in the address. */
export function SearchedList<List extends Page>({
  options,
  tab,
  searchable = true,
  empty = texts.none,
  action,
  children,
}: {
  // biome-ignore lint/suspicious/noExplicitAny: the key of any query
  readonly options: (search: string, page: number) => UseQueryOptions<List, Error, List, any>;
  readonly tab: string;
  readonly searchable?: boolean;
  readonly empty?: string;
  readonly action?: ReactNode;
  readonly children: (list: List) => ReactNode;
}) {
  const { search = '', page = 1 } = useSearch({ strict: false }) as ListSearch;
  const navigate = useNavigate();
  const query = useQuery({ ...options(search, page), placeholderData: keepPreviousData } as UseQueryOptions<List>);
  const open = (next: ListSearch, replace: boolean) =>
    navigate({ to: '/administration/$tab', params: { tab }, search: next, replace, resetScroll: false });
  const find = useDebouncedCallback((text: string) => {
    open(text === '' ? {} : { search: text }, true);
  }, 250);
  return (
    <Stack>
      {(searchable || action) && (
        <Group justify="space-between" align="flex-end">
          {searchable && (
            <TextInput
              label={texts.search}
              leftSection={<IconSearch size={16} aria-hidden />}
              defaultValue={search}
              onChange={(event) => find(event.currentTarget.value)}
              autoComplete="off"
              w={{ base: '100%', xs: 360 }}
            />
          )}
          {action}
        </Group>
      )}
      <Loaded query={query} height={360}>
        {(list) => (
          <>
            {list.total === 0 ? <Text role="status">{empty}</Text> : children(list)}
            {list.total > list.perPage && (
              <Pagination
                total={Math.ceil(list.total / list.perPage)}
                value={list.page}
                onChange={(next) => open({ ...(search === '' ? {} : { search }), page: next }, false)}
                aria-label={texts.pages}
                getControlProps={(control) => ({ 'aria-label': control })}
              />
            )}
          </>
        )}
      </Loaded>
    </Stack>
  );
}
