import { Table, Text } from '@mantine/core';
import { queries } from '../../api/queries.ts';
import { TextLink } from '../../parts/links.tsx';
import { Time } from '../../parts/time.tsx';
import { administrationTexts as texts } from '../../texts/administration.ts';
import { clientTypeTexts } from '../../texts/applications.ts';
import { SearchedList } from './searched-list.tsx';

/** The clients of all users, with their owners and the way to each. */
export function ClientsTab() {
  return (
    <SearchedList tab="clients" options={queries.clients}>
      {({ clients }) => (
        <Table.ScrollContainer minWidth={720}>
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{texts.name}</Table.Th>
                <Table.Th>{texts.type}</Table.Th>
                <Table.Th>{texts.owner}</Table.Th>
                <Table.Th>{texts.usedToday}</Table.Th>
                <Table.Th>{texts.created}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {clients.map((client) => (
                <Table.Tr key={client.clientId}>
                  <Table.Td>
                    <TextLink to="/applications/$clientId" params={{ clientId: client.clientId }} fw={600}>
                      {client.name}
                    </TextLink>
                    <Text ff="monospace" size="xs" c="dimmed">
                      {client.clientId}
                    </Text>
                  </Table.Td>
                  <Table.Td>{clientTypeTexts[client.type].short}</Table.Td>
                  <Table.Td>{client.ownerEmail ?? client.ownerId}</Table.Td>
                  <Table.Td>{client.usedToday.toLocaleString()}</Table.Td>
                  <Table.Td>
                    <Time iso={client.createdAt} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </SearchedList>
  );
}
