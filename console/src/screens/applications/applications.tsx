import { Badge, Group, Pagination, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { ClientList } from '../../../../server/src/console/wire.ts';
import { queries } from '../../api/queries.ts';
import { IconPlus, IconSearch } from '../../parts/icons.tsx';
import { ScreenButton, TextLink } from '../../parts/links.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { useScreenTitle } from '../../parts/screen.tsx';
import { clientTypeTexts, applicationsTexts as texts } from '../../texts/applications.ts';
import { TypeCards } from './choose-type.tsx';

const route = getRouteApi('/applications');

/** The signed-in user's clients; an operator sees everybody's. */
export function Applications() {
  const { search = '', page = 1 } = route.useSearch();
  const navigate = useNavigate({ from: '/applications' });
  useScreenTitle(texts.heading);
  const query = useQuery({ ...queries.clients(search, page), placeholderData: keepPreviousData });
  const find = useDebouncedCallback((text: string) => {
    navigate({ search: text === '' ? {} : { search: text }, replace: true });
  }, 250);
  return (
    <Stack>
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={1}>{texts.heading}</Title>
          <Text c="dimmed">{texts.intro}</Text>
        </div>
        <ScreenButton to="/applications/new" leftSection={<IconPlus size={18} aria-hidden />}>
          {texts.add}
        </ScreenButton>
      </Group>
      <Loaded query={query} height={320}>
        {(list) => {
          if (list.total === 0 && search === '') return <Empty />;
          return (
            <>
              <TextInput
                label={texts.search}
                leftSection={<IconSearch size={16} aria-hidden />}
                defaultValue={search}
                onChange={(event) => find(event.currentTarget.value)}
                maw={420}
              />
              {list.total === 0 ? <Text>{texts.none}</Text> : <ClientTable clients={list.clients} />}
              {list.total > list.perPage && (
                <Pagination
                  total={Math.ceil(list.total / list.perPage)}
                  value={list.page}
                  onChange={(next) => navigate({ search: { ...(search === '' ? {} : { search }), page: next } })}
                  aria-label={texts.pages}
                  getControlProps={(control) => ({ 'aria-label': control })}
                />
              )}
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}

function Empty() {
  return (
    <Stack>
      <Title order={2}>{texts.empty}</Title>
      <Text>{texts.emptyText}</Text>
      <TypeCards />
    </Stack>
  );
}

function ClientTable({ clients }: Pick<ClientList, 'clients'>) {
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table verticalSpacing="sm" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.name}</Table.Th>
            <Table.Th>{texts.type}</Table.Th>
            <Table.Th>{texts.dataCenters}</Table.Th>
            <Table.Th>{texts.usedToday}</Table.Th>
            <Table.Th>{texts.clientId}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {clients.map((client) => (
            <Table.Tr key={client.clientId}>
              <Table.Td>
                <TextLink to="/applications/$clientId" params={{ clientId: client.clientId }} fw={600}>
                  {client.name}
                </TextLink>
              </Table.Td>
              <Table.Td>{clientTypeTexts[client.type].short}</Table.Td>
              <Table.Td>
                <Group gap={4}>
                  {client.enabledDataCenters.map((id) => (
                    <Badge key={id} variant="light" size="sm">
                      {id}
                    </Badge>
                  ))}
                </Group>
              </Table.Td>
              <Table.Td>{client.usedToday.toLocaleString()}</Table.Td>
              <Table.Td>
                <Text ff="monospace" size="xs">
                  {client.clientId}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
