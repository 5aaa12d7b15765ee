import { Accordion, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { CrmField, CrmRelatedList } from '../../api/crm.ts';
import { crmQueries } from '../../api/crm-queries.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { recordsTexts as texts } from '../../texts/records.ts';
import { RecordTable } from './record-table.tsx';
import type { Place } from './space.ts';

const shownColumns = 5;

/** What is related to a record; each list is read when it is opened. */
export function RelatedLists({ place }: { readonly place: Place }) {
  const query = useQuery(crmQueries.relatedLists(place.space, place.module));
  const [opened, setOpened] = useState<string[]>([]);
  return (
    <Stack component="section" aria-label={texts.related} gap="xs">
      <Title order={2} size="h4">
        {texts.related}
      </Title>
      <Loaded query={query} height={240}>
        {(lists) => {
          if (lists.length === 0) return <Text size="sm">{texts.noRelated}</Text>;
          return (
            <Accordion multiple variant="contained" order={3} value={opened} onChange={setOpened}>
              {lists.map((list) => (
                <Accordion.Item key={list.api_name} value={list.api_name}>
                  <Accordion.Control>{list.display_label}</Accordion.Control>
                  <Accordion.Panel>
                    {opened.includes(list.api_name) && <RelatedList place={place} list={list} />}
                  </Accordion.Panel>
                </Accordion.Item>
              ))}
            </Accordion>
          );
        }}
      </Loaded>
    </Stack>
  );
}

function RelatedList({ place, list }: { readonly place: Place; readonly list: CrmRelatedList }) {
  const module = list.module?.api_name ?? '';
  const fields = useQuery(crmQueries.fields(place.space, module));
  return (
    <Loaded query={fields} height={120}>
      {(all) => <Records place={place} list={list} columns={columnsOf(all)} />}
    </Loaded>
  );
}

/** The field that names the record, then the first others that a table can show. */
function columnsOf(fields: readonly CrmField[]): CrmField[] {
  const name = fields.find(({ display_field }) => display_field);
  const others = fields.filter((field) => field !== name && field.sortable && field.api_name !== 'id');
  return [...(name ? [name] : []), ...others].slice(0, shownColumns);
}

function Records({
  place: { space, module, recordId },
  list,
  columns,
}: {
  readonly place: Place;
  readonly list: CrmRelatedList;
  readonly columns: readonly CrmField[];
}) {
  const names = columns.map(({ api_name }) => api_name);
  const query = useQuery(crmQueries.related(space, module, recordId, list.api_name, names));
  const of = { space, module: list.module?.api_name ?? '', recordId: '' };
  return (
    <Loaded query={query} height={120}>
      {({ data }) =>
        data.length === 0 ? (
          <Text size="sm">{texts.noRelated}</Text>
        ) : (
          <RecordTable place={of} columns={columns} records={data} />
        )
      }
    </Loaded>
  );
}
