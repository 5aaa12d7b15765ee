import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Provider } from '../../../../server/src/console/wire-administration.ts';
import { administrationQueries } from '../../api/administration.ts';
import { callConfirmed } from '../../api/confirmed-call.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { CopyIcon } from '../../parts/copy-field.tsx';
import { IconPlus } from '../../parts/icons.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { administrationTexts as texts } from '../../texts/administration.ts';
import { EditProvider } from './edit-provider.tsx';

/** The outside OpenID providers whose users may sign in, and what an operator does with them. */
export function ProvidersTab() {
  const query = useQuery(administrationQueries.providers());
  const cache = useQueryClient();
  /** The provider that is changed, or a new one. */
  const [editing, setEditing] = useState<Provider | 'new'>();
  const [removing, setRemoving] = useState<Provider>();
  const remove = async () => {
    if (!removing) return;
    await callConfirmed('DELETE', `/administration/providers/${encodeURIComponent(removing.providerId)}`, {});
    await cache.invalidateQueries({ queryKey: ['administration', 'providers'] });
    notifications.show({ message: texts.providerRemoved(removing.name) });
  };
  return (
    <Stack>
      <Group justify="space-between">
        <Text c="dimmed">{texts.providersText}</Text>
        <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setEditing('new')}>
          {texts.addProvider}
        </Button>
      </Group>
      <Loaded query={query} height={240}>
        {({ providers }) =>
          providers.length === 0 ? (
            <Text>{texts.noProviders}</Text>
          ) : (
            <ProviderTable providers={providers} change={setEditing} remove={setRemoving} />
          )
        }
      </Loaded>
      <EditProvider editing={editing} close={() => setEditing(undefined)} />
      <Confirm
        opened={removing !== undefined}
        close={() => setRemoving(undefined)}
        heading={texts.removeProviderHeading(removing?.name ?? '')}
        text={texts.removeProviderText}
        action={texts.removeProvider}
        danger
        run={remove}
      />
    </Stack>
  );
}

interface ProviderTableProps {
  readonly providers: readonly Provider[];
  readonly change: (provider: Provider) => void;
  readonly remove: (provider: Provider) => void;
}

function ProviderTable({ providers, change, remove }: ProviderTableProps) {
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table verticalSpacing="xs" aria-label={texts.tabs.providers}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.name}</Table.Th>
            <Table.Th>{texts.issuer}</Table.Th>
            <Table.Th>{texts.clientIdAndRedirectUri}</Table.Th>
            <Table.Th>{texts.actions}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {providers.map((provider) => (
            <Table.Tr key={provider.providerId}>
              <Table.Th scope="row">
                {provider.name}
                <Text size="sm" c="dimmed">
                  {provider.providerId}
                </Text>
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                {provider.issuer}
                <Text size="sm" c="dimmed">
                  {provider.scopes}
                </Text>
              </Table.Td>
              <Table.Td>
                <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                  {provider.clientId}
                </Text>
                <Group gap="xs" wrap="nowrap">
                  <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
                    {provider.redirectUri}
                  </Text>
                  <CopyIcon label={texts.redirectUri} value={provider.redirectUri} />
                </Group>
              </Table.Td>
              <Table.Td>
                <Group gap="xs" wrap="nowrap">
                  <Button
                    variant="subtle"
                    size="compact-sm"
                    aria-label={texts.changeProviderOf(provider.name)}
                    onClick={() => change(provider)}
                  >
                    {texts.changeProvider}
                  </Button>
                  <Button
                    variant="subtle"
                    color="red"
                    size="compact-sm"
                    aria-label={texts.removeProviderOf(provider.name)}
                    onClick={() => remove(provider)}
                  >
                    {texts.removeProvider}
                  </Button>
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
