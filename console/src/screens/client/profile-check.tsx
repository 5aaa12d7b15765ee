import { Alert, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ProfileCheck as Check } from '../../../../server/src/console/wire-diagnosis.ts';
import { queries } from '../../api/queries.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Time, timeText } from '../../parts/time.tsx';
import { clientTexts as texts } from '../../texts/client.ts';

/** What the strict profile would break for a client, by its own recorded traffic. */
export function ProfileCheck({ clientId }: { readonly clientId: string }) {
  const query = useQuery(queries.profileCheck(clientId));
  return (
    <Stack component="section" gap="xs" aria-label={texts.wouldBreak}>
      <Title order={3} size="h4">
        {texts.wouldBreak}
      </Title>
      <Loaded query={query} height={460}>
        {(check) => <Findings check={check} />}
      </Loaded>
    </Stack>
  );
}

function Findings({ check: { findings, looked, more, since, unreachable } }: { readonly check: Check }) {
  const met = findings.filter(({ count }) => count > 0);
  const told = [...met.toSorted((a, b) => b.count - a.count), ...findings.filter(({ count }) => count === 0)];
  return (
    <Stack gap="xs">
      <Text size="sm">
        {looked === 0 ? texts.noTraffic : texts.lookedAt(looked, since === null ? '' : timeText(since), more)}{' '}
        {looked > 0 && met.length === 0 && texts.nothingBreaks}
      </Text>
      {unreachable.length > 0 && <Alert color="yellow">{texts.trafficMissing(unreachable)}</Alert>}
      <Table.ScrollContainer minWidth={520}>
        <Table verticalSpacing="xs" aria-label={texts.wouldBreak}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.theApp}</Table.Th>
              <Table.Th>{texts.seen}</Table.Th>
              <Table.Th>{texts.strictDoes}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {told.map((finding) => (
              <FindingRow key={finding.id} finding={finding} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}

function FindingRow({ finding }: { readonly finding: Check['findings'][number] }) {
  const { count, dataCenters, effect, lastAt, mend, rule, what } = finding;
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={count > 0 ? 600 : 400}>
        {what}
      </Table.Th>
      <Table.Td>
        <Text size="sm" style={{ whiteSpace: 'nowrap' }} fw={count > 0 ? 700 : 400}>
          {count > 0 ? texts.times(count) : texts.notSeen}
        </Text>
        {lastAt !== null && (
          <Text size="sm">
            {texts.lastSeen} <Time iso={lastAt} /> ({dataCenters.join(', ')})
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Text size="sm">{`${effect} (${rule})`}</Text>
        {count > 0 && (
          <Text size="sm">
            <b>{texts.mend}</b>: {mend}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
