import { Badge, Card, Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Health } from '../../../../server/src/console/wire-administration.ts';
import { administrationQueries } from '../../api/administration.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Time } from '../../parts/time.tsx';
import { administrationTexts as texts } from '../../texts/administration.ts';

/** Whether each data centre of this process works, and which version runs. */
export function HealthTab() {
  const query = useQuery(administrationQueries.health());
  return (
    <Loaded query={query} height={360}>
      {({ version, startedAt, dataCenters }) => (
        <Stack>
          <Text>
            {texts.version} <b>{version}</b> · {texts.since} <Time iso={startedAt} />
          </Text>
          <SimpleGrid cols={{ base: 1, lg: 2 }} aria-live="polite">
            {dataCenters.map((each) => (
              <DataCenterCard key={each.id} dataCenter={each} />
            ))}
          </SimpleGrid>
        </Stack>
      )}
    </Loaded>
  );
}

function HealthBadge({ healthy }: { readonly healthy: boolean }) {
  return (
    <Badge variant="light" color={healthy ? 'green' : 'red'} miw="max-content">
      {healthy ? texts.healthy : texts.unhealthy}
    </Badge>
  );
}

function DataCenterCard({ dataCenter }: { readonly dataCenter: Health['dataCenters'][number] }) {
  const { id, country, healthy, checks } = dataCenter;
  return (
    <Card withBorder component="section" aria-label={`${id}, ${country}`}>
      <Group gap="sm">
        <Title order={2} size="h4">
          {id}, {country}
        </Title>
        <HealthBadge healthy={healthy} />
      </Group>
      <Table.ScrollContainer minWidth={360}>
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.check}</Table.Th>
              <Table.Th>{texts.state}</Table.Th>
              <Table.Th>{texts.detail}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {checks.map((check) => (
              <Table.Tr key={check.name}>
                <Table.Td>{check.name}</Table.Td>
                <Table.Td>
                  <HealthBadge healthy={check.healthy} />
                </Table.Td>
                <Table.Td>{check.detail}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}
