import { Badge, Button, Code, Table, Text } from '@mantine/core';
import { Fragment, useState } from 'react';
import type { ProtocolEvent } from '../../../server/src/console/wire.ts';
import { clientTexts as texts } from '../texts/client.ts';
import { guidedTexts } from '../texts/guided.ts';
import { Explanation } from './explanation.tsx';
import { ButtonLink } from './links.tsx';
import { Time } from './time.tsx';

/** Protocol events, newest first; each opens to its details. */
export function EventTable({ events }: { readonly events: readonly ProtocolEvent[] }) {
  const [opened, setOpened] = useState<string>();
  return (
    <Table.ScrollContainer minWidth={360}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.time}</Table.Th>
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
                    <Text size="sm" c="dimmed" title={texts.dataCenter}>
                      {event.dataCenter}
                    </Text>
                  </Table.Td>
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
                    <Table.Td colSpan={2}>
                      {event.explained && <Explanation explained={event.explained} />}
                      <CorsLink event={event} />
                      <Code block tabIndex={0} mt="xs">
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

/** From a page's call that was refused to the check of the same call; a preflight names no client, and one is chosen first. */
function CorsLink({ event: { clientId, dataCenter, detail, failed, kind } }: { readonly event: ProtocolEvent }) {
  const { origin, method } = detail;
  if (!failed || typeof origin !== 'string' || (kind !== 'cors' && kind !== 'api')) return null;
  const look = { size: 'xs', variant: 'default', mt: 'xs' } as const;
  if (clientId === null) {
    return (
      <ButtonLink to="/applications" {...look}>
        {guidedTexts.corsLink}
      </ButtonLink>
    );
  }
  const search = { origin, dataCenter, ...(typeof method === 'string' ? { method } : {}) };
  return (
    <ButtonLink to="/applications/$clientId/$tab" params={{ clientId, tab: 'cors' }} search={search} {...look}>
      {guidedTexts.corsLink}
    </ButtonLink>
  );
}
