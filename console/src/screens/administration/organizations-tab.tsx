import { Table, Text } from '@mantine/core';
import { administrationQueries } from '../../api/administration.ts';
import { Time } from '../../parts/time.tsx';
import { administrationTexts as texts } from '../../texts/administration.ts';
import { clientTexts } from '../../texts/client.ts';
import { SearchedList } from './searched-list.tsx';

/** The organizations of the data centre with their environments. */
export function OrganizationsTab() {
  return (
    <SearchedList tab="organizations" options={administrationQueries.organizations}>
      {({ organizations }) => (
        <Table.ScrollContainer minWidth={680}>
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{texts.name}</Table.Th>
                <Table.Th>{texts.organizationId}</Table.Th>
                <Table.Th>{texts.users}</Table.Th>
                <Table.Th>{texts.environments}</Table.Th>
                <Table.Th>{texts.created}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {organizations.map(({ organizationId, name, users, environments, createdAt }) => (
                <Table.Tr key={organizationId}>
                  <Table.Th scope="row">{name}</Table.Th>
                  <Table.Td ff="monospace">{organizationId}</Table.Td>
                  <Table.Td>{users.toLocaleString()}</Table.Td>
                  <Table.Td>
                    {environments.map(({ environment, zgid }) => (
                      <Text key={environment} size="xs">
                        {clientTexts.environments[environment]}: {zgid}
                      </Text>
                    ))}
                  </Table.Td>
                  <Table.Td>
                    <Time iso={createdAt} />
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
