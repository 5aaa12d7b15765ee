import { Badge, Button, Group, Stack, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SessionList } from '../../../../server/src/console/wire-account.ts';
import { call } from '../../api/call.ts';
import { queries } from '../../api/queries.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Time, timeText } from '../../parts/time.tsx';
import { accountTexts as texts } from '../../texts/account.ts';

type Ending = SessionList['sessions'][number] | 'others';

/** The browsers in which the user is signed in, and their end. */
export function SessionsTab() {
  const query = useQuery(queries.sessions());
  const cache = useQueryClient();
  const [ending, setEnding] = useState<Ending>();
  const others = ending === 'others';
  const end = async () => {
    if (ending === undefined) return;
    const path = ending === 'others' ? '' : `/${encodeURIComponent(ending.sessionId)}`;
    await call('DELETE', `/account/sessions${path}`);
    await cache.invalidateQueries({ queryKey: ['account', 'sessions'] });
    notifications.show({ message: texts.ended });
  };
  return (
    <Stack>
      <Text c="dimmed">{texts.sessionsText}</Text>
      <Loaded query={query} height={220}>
        {({ sessions }) => (
          <>
            <SessionTable sessions={sessions} end={setEnding} />
            <Group>
              <Button
                variant="default"
                disabled={sessions.every(({ current }) => current)}
                onClick={() => setEnding('others')}
              >
                {texts.endOthers}
              </Button>
            </Group>
          </>
        )}
      </Loaded>
      <Confirm
        opened={ending !== undefined}
        close={() => setEnding(undefined)}
        heading={others ? texts.endOthersHeading : texts.endHeading}
        text={others ? texts.endOthersText : texts.endText}
        action={others ? texts.endOthers : texts.end}
        danger
        run={end}
      />
    </Stack>
  );
}

function SessionTable({
  sessions,
  end,
}: Pick<SessionList, 'sessions'> & { readonly end: (session: SessionList['sessions'][number]) => void }) {
  return (
    <Table.ScrollContainer minWidth={520}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.browser}</Table.Th>
            <Table.Th>{texts.signedIn}</Table.Th>
            <Table.Th>{texts.lastUsed}</Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sessions.map((session) => (
            <Table.Tr key={session.sessionId}>
              <Table.Td>
                {session.current ? (
                  <Badge variant="light">{texts.thisBrowser}</Badge>
                ) : (
                  (session.browser ?? texts.anotherBrowser)
                )}
              </Table.Td>
              <Table.Td>
                <Time iso={session.signedInAt} />
              </Table.Td>
              <Table.Td>{session.lastUsedAt ? <Time iso={session.lastUsedAt} /> : texts.never}</Table.Td>
              <Table.Td>
                {!session.current && (
                  <Button
                    size="xs"
                    variant="default"
                    onClick={() => end(session)}
                    aria-label={texts.endOf(timeText(session.signedInAt))}
                  >
                    {texts.end}
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
