import { Button, Group, SegmentedControl, Select, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Client, ClientUser, EventList, ProtocolEvent } from '../../../../server/src/console/wire.ts';
import { call } from '../../api/call.ts';
import { queries } from '../../api/queries.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { EventTable } from '../../parts/event-table.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Time } from '../../parts/time.tsx';
import { clientTexts as texts } from '../../texts/client.ts';

/** What happened with the client, as it happens, and who granted it. */
export function ActivityTab({ client }: { readonly client: Client }) {
  return (
    <Stack gap="xl">
      <Events client={client} />
      <Users client={client} />
    </Stack>
  );
}

function Events({ client }: { readonly client: Client }) {
  const [outcome, setOutcome] = useState('');
  const [kind, setKind] = useState<string | null>(null);
  const filter = { outcome, kind: kind ?? '' };
  const query = useQuery(queries.clientEvents(client.clientId, filter));
  useLiveEvents(client.clientId, filter);
  return (
    <Stack component="section" aria-label={texts.events}>
      <div>
        <Title order={2} size="h3">
          {texts.events}
        </Title>
        <Text size="sm" c="dimmed">
          {texts.liveEvents}
        </Text>
      </div>
      <Group align="flex-end">
        <SegmentedControl
          value={outcome}
          onChange={setOutcome}
          aria-label={texts.outcome}
          data={[
            { value: '', label: texts.allOutcomes },
            { value: 'failed', label: texts.failedOnly },
          ]}
        />
        <Select
          label={texts.kind}
          data={kindsIn(query.data)}
          value={kind}
          onChange={setKind}
          clearable
          placeholder={texts.allOutcomes}
        />
      </Group>
      <Loaded query={query} height={300}>
        {({ events }) => (events.length === 0 ? <Text>{texts.noEvents}</Text> : <EventTable events={events} />)}
      </Loaded>
    </Stack>
  );
}

function kindsIn(list: EventList | undefined): string[] {
  return [...new Set(list?.events.map(({ kind }) => kind))].sort();
}

/** Puts each new event in front of those that are shown. */
function useLiveEvents(clientId: string, filter: { readonly outcome: string; readonly kind: string }): void {
  const cache = useQueryClient();
  const { outcome, kind } = filter;
  useEffect(() => {
    const source = new EventSource(`/api/clients/${encodeURIComponent(clientId)}/events/stream`);
    source.onmessage = ({ data }) => {
      const event = JSON.parse(data) as ProtocolEvent;
      if ((outcome === 'failed' && !event.failed) || (kind !== '' && event.kind !== kind)) return;
      cache.setQueryData<EventList>(['client', clientId, 'events', { outcome, kind }], (list) => {
        if (!list || list.events.some(({ eventId }) => eventId === event.eventId)) return list;
        return { ...list, events: [event, ...list.events] };
      });
    };
    return () => source.close();
  }, [cache, clientId, outcome, kind]);
}

function Users({ client }: { readonly client: Client }) {
  const query = useQuery(queries.clientUsers(client.clientId));
  const cache = useQueryClient();
  const [revoking, setRevoking] = useState<ClientUser>();
  return (
    <Stack component="section" aria-label={texts.users}>
      <Title order={2} size="h3">
        {texts.users}
      </Title>
      <Loaded query={query} height={160}>
        {({ users }) => {
          if (users.length === 0) return <Text>{texts.noUsers}</Text>;
          return (
            <Table.ScrollContainer minWidth={640}>
              <Table verticalSpacing="xs">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{texts.user}</Table.Th>
                    <Table.Th>{texts.dataCenter}</Table.Th>
                    <Table.Th>{texts.scopes}</Table.Th>
                    <Table.Th>{texts.tokens}</Table.Th>
                    <Table.Th>{texts.lastUsed}</Table.Th>
                    <Table.Td />
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {users.map((user) => (
                    <Table.Tr key={`${user.dataCenter}/${user.userId}`}>
                      <Table.Td>{user.email}</Table.Td>
                      <Table.Td>{user.dataCenter}</Table.Td>
                      <Table.Td>
                        <Text size="xs">{user.scopes.join(', ')}</Text>
                      </Table.Td>
                      <Table.Td>{texts.tokensOf(user.refreshTokens, user.refreshTokenLimit)}</Table.Td>
                      <Table.Td>{user.lastUsedAt ? <Time iso={user.lastUsedAt} /> : texts.never}</Table.Td>
                      <Table.Td>
                        <Button
                          size="xs"
                          variant="default"
                          onClick={() => setRevoking(user)}
                          aria-label={texts.revokeOf(user.email)}
                        >
                          {texts.revoke}
                        </Button>
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          );
        }}
      </Loaded>
      <Confirm
        opened={revoking !== undefined}
        close={() => setRevoking(undefined)}
        heading={texts.revokeHeading}
        text={texts.revokeText(revoking?.email ?? '')}
        action={texts.revoke}
        danger
        run={async () => {
          if (!revoking) return;
          const { dataCenter, userId } = revoking;
          await call('DELETE', `/clients/${encodeURIComponent(client.clientId)}/users/${dataCenter}/${userId}`);
          await cache.invalidateQueries({ queryKey: ['client', client.clientId, 'users'] });
        }}
      />
    </Stack>
  );
}
