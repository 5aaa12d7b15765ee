import { Anchor, Button, Stack, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AppList } from '../../../../server/src/console/wire-account.ts';
import { call } from '../../api/call.ts';
import { queries } from '../../api/queries.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Time } from '../../parts/time.tsx';
import { accountTexts as texts } from '../../texts/account.ts';

type App = AppList['apps'][number];

/** The apps that have access to the user's data, and the end of it. */
export function AppsTab() {
  const query = useQuery(queries.apps());
  const cache = useQueryClient();
  const [removing, setRemoving] = useState<App>();
  const remove = async () => {
    if (!removing) return;
    await call('DELETE', `/account/apps/${encodeURIComponent(removing.clientId)}`);
    await cache.invalidateQueries({ queryKey: ['account', 'apps'] });
    notifications.show({ message: texts.removed(removing.name) });
  };
  return (
    <Stack>
      <Text c="dimmed">{texts.appsText}</Text>
      <Loaded query={query} height={220}>
        {({ apps }) =>
          apps.length === 0 ? <Text>{texts.noApps}</Text> : <AppTable apps={apps} remove={setRemoving} />
        }
      </Loaded>
      <Confirm
        opened={removing !== undefined}
        close={() => setRemoving(undefined)}
        heading={texts.removeHeading(removing?.name ?? '')}
        text={texts.removeText}
        action={texts.remove}
        danger
        run={remove}
      />
    </Stack>
  );
}

function AppTable({ apps, remove }: AppList & { readonly remove: (app: App) => void }) {
  return (
    <Table.ScrollContainer minWidth={680}>
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.app}</Table.Th>
            <Table.Th>{texts.scopes}</Table.Th>
            <Table.Th>{texts.granted}</Table.Th>
            <Table.Th>{texts.lastUsed}</Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {apps.map((app) => (
            <Table.Tr key={app.clientId}>
              <Table.Td>
                {app.homepageUrl ? (
                  <Anchor href={app.homepageUrl} target="_blank" rel="noreferrer">
                    {app.name}
                  </Anchor>
                ) : (
                  app.name
                )}
              </Table.Td>
              <Table.Td>
                <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
                  {app.scopes.join(', ')}
                </Text>
              </Table.Td>
              <Table.Td>
                <Time iso={app.grantedAt} />
              </Table.Td>
              <Table.Td>{app.lastUsedAt ? <Time iso={app.lastUsedAt} /> : texts.never}</Table.Td>
              <Table.Td>
                <Button size="xs" variant="default" onClick={() => remove(app)} aria-label={texts.removeOf(app.name)}>
                  {texts.remove}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
