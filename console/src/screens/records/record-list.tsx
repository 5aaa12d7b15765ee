import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { CrmField, CrmView } from '../../api/crm.ts';
import { crmQueries, type ListChoice } from '../../api/crm-queries.ts';
import { IconPlus, IconSearch } from '../../parts/icons.tsx';
import { ButtonLink, TextLink } from '../../parts/links.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { ScreenHeading } from '../../parts/screen.tsx';
import { clientTexts } from '../../texts/client.ts';
import { recordsTexts as texts } from '../../texts/records.ts';
import { RecordTable } from './record-table.tsx';
import { type Place, useLiveRecords, useModule, usePlace } from './space.ts';

const route = getRouteApi('/records/$environment/$organizationId/$module');

/** The records of a module: a view, a search, an order, a page; all of it is in the address. */
export function RecordList() {
  const place = usePlace();
  const { space, module } = place;
  const about = useModule(place);
  const views = useQuery(crmQueries.views(space, module));
  useLiveRecords(place);
  return (
    <Stack key={`${space.environment}/${space.organizationId}/${module}`}>
      <TextLink to="/records" search={space} size="sm">
        {texts.back(texts.heading)}
      </TextLink>
      <ScreenHeading
        title={about?.plural_label ?? module}
        intro={texts.where(space.organizationId, clientTexts.environments[space.environment])}
      >
        {about?.creatable && (
          <ButtonLink
            to="/records/$environment/$organizationId/$module/new"
            params={{ ...space, module }}
            leftSection={<IconPlus size={18} aria-hidden />}
          >
            {texts.newRecord(about.singular_label)}
          </ButtonLink>
        )}
      </ScreenHeading>
      <Loaded query={views} height={560}>
        {(list) => <Chosen place={place} views={list} />}
      </Loaded>
    </Stack>
  );
}

function Chosen({ place, views }: { readonly place: Place; readonly views: readonly CrmView[] }) {
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/records/$environment/$organizationId/$module' });
  const viewId = search.view ?? (views.find((each) => each.default) ?? views[0])?.id ?? '';
  const { word = '', sort = '', order = '', token = '' } = search;
  // What is asked for anew begins at the first page.
  const choose = (change: Partial<ListChoice>, replace = false) => {
    const { token: _, ...kept } = search;
    const filled = Object.entries({ ...kept, ...change }).filter(([, value]) => value !== '');
    navigate({ search: Object.fromEntries(filled), replace, resetScroll: false });
  };
  const find = useDebouncedCallback((text: string) => {
    const trimmed = text.trim();
    if (trimmed.length !== 1) choose({ word: trimmed }, true);
  }, 250);
  return (
    <>
      <Group align="flex-end">
        <Select
          label={texts.view}
          data={views.map(({ id, display_value }) => ({ value: id, label: display_value }))}
          value={viewId}
          onChange={(value) => value && choose({ view: value })}
          allowDeselect={false}
          disabled={word !== ''}
        />
        <TextInput
          label={texts.search}
          aria-description={texts.searchHint}
          leftSection={<IconSearch size={16} aria-hidden />}
          defaultValue={word}
          onChange={(event) => find(event.currentTarget.value)}
          autoComplete="off"
        />
      </Group>
      <Text size="sm" c="dimmed">
        {texts.live}
      </Text>
      <WithColumns place={place} choice={{ view: viewId, word, sort, order, token }} choose={choose} />
    </>
  );
}

interface ListProps {
  readonly place: Place;
  readonly choice: ListChoice;
  readonly choose: (change: Partial<ListChoice>) => void;
}

/** The columns of the view, with what the fields say about them. */
function WithColumns({ place: { space, module }, choice, choose }: ListProps) {
  const facts = useQuery(crmQueries.moduleFacts(space, module));
  const fields = useQuery(crmQueries.fields(space, module));
  const view = useQuery({
    ...crmQueries.view(space, module, choice.view),
    enabled: choice.view !== '',
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={fields} height={420}>
      {(all) => {
        if (choice.view === '') {
          return (
            <Page
              place={{ space, module, recordId: '' }}
              columns={sortedBy(columnsOf(all, null), facts.data?.sortable)}
              choice={choice}
              choose={choose}
            />
          );
        }
        return (
          <Loaded query={view} height={420}>
            {(shown) => (
              <Page
                place={{ space, module, recordId: '' }}
                columns={sortedBy(columnsOf(all, shown), facts.data?.sortable)}
                choice={choice}
                choose={choose}
              />
            )}
          </Loaded>
        );
      }}
    </Loaded>
  );
}

/** The view's columns, the record's name first, which leads to the record. */
function columnsOf(fields: readonly CrmField[], view: CrmView | null): CrmField[] {
  const byName = new Map(fields.map((field) => [field.api_name, field]));
  const named = (view?.fields ?? []).map(({ api_name }) => byName.get(api_name)).filter((field) => field !== undefined);
  const name = byName.get('Full_Name') ?? fields.find(({ display_field }) => display_field);
  return name ? [name, ...named.filter((field) => field !== name)] : named;
}

/** Of very many records only some orders can be had; none before it is known which. */
function sortedBy(columns: readonly CrmField[], sortable: readonly string[] | null | undefined): CrmField[] {
  if (sortable === null) return [...columns];
  return columns.map((field) => ({ ...field, sortable: field.sortable && (sortable ?? []).includes(field.api_name) }));
}

function Page({ place, columns, choice, choose }: ListProps & { readonly columns: readonly CrmField[] }) {
  const names = columns.map(({ api_name }) => api_name);
  const query = useQuery({
    ...crmQueries.records(place.space, place.module, names, choice),
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={query} height={420}>
      {({ data, info }) => (
        <>
          <Text size="sm" role="status">
            {data.length > 0 && texts.shown(data.length)}
            {data.length === 0 && (choice.word === '' ? texts.none : texts.noneFound(choice.word))}
          </Text>
          {data.length > 0 && (
            <RecordTable place={place} columns={columns} records={data} choice={choice} choose={choose} />
          )}
          {(choice.token !== '' || info.next_page_token) && (
            <Group component="nav" aria-label={texts.pages}>
              <Button variant="default" disabled={choice.token === ''} onClick={() => choose({ token: '' })}>
                {texts.first}
              </Button>
              <Button
                variant="default"
                disabled={!info.next_page_token}
                onClick={() => choose({ token: info.next_page_token ?? '' })}
              >
                {texts.next}
              </Button>
            </Group>
          )}
        </>
      )}
    </Loaded>
  );
}
