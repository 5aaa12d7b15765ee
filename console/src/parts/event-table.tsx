import { Badge, Button, Code, Table, Text } from '@mantine/core';
import { Fragment, useState } from 'react';
import type { ProtocolEvent } from '../../../server/src/console/wire.ts';
import { clientTexts as texts } from '../texts/client.ts';
import { Time } from './time.tsx';

/** Protocol events, newest first; each opens to its details. */
export function EventTable({ events }: { readonly events: readonly ProtocolEvent[] }) {
  const [opened, setOpened] = useState<string>();
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.time}</Table.Th>
            <Table.Th>{texts.dataCenter}</Table.Th>
            <Table.Th>{texts.what}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {events.map((event) => {
            const open = opened === event.eventId;
            return (
              <Fragment key={event.eventId}>
                <Table.Tr>
                  <Table.Td>
                    <Time iso={event.at} />
                  </Table.Td>
                  <Table.Td>{event.dataCenter}</Table.Td>
                  <Table.Td>
                    <Button
                      variant="subtle"
                      size="compact-sm"
                      aria-expanded={open}
                      onClick={() => setOpened(open ? undefined : event.eventId)}
                    >
                      {event.kind}
                    </Button>
                    <Badge color={event.failed ? 'red' : 'green'} variant="light" ml="xs">
                      {event.outcome}
                    </Badge>
                    <Text size="sm">{event.meaning}</Text>
                  </Table.Td>
                </Table.Tr>
                {open && (
                  <Table.Tr>
                    <Table.Td colSpan={3}>
                      <Code block tabIndex={0}>
                        {JSON.stringify({ requestId: event.requestId, ...event.detail }, null, 2)}
                      </Code>
                    </Table.Td>
                  </Table.Tr>
                )}
              </Fragment>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
