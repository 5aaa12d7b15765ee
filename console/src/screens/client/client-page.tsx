import { Badge, Group, Stack, Tabs, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import type { Client } from '../../../../server/src/console/wire.ts';
import { queries } from '../../api/queries.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { useScreenTitle } from '../../parts/screen.tsx';
import { clientTypeTexts } from '../../texts/applications.ts';
import { clientTexts as texts } from '../../texts/client.ts';
import { shellTexts } from '../../texts/shell.ts';

type TabContent = (props: { readonly client: Client }) => ReactNode;

/** The tabs of a client's page, with who has them; each is loaded when it is opened. */
const tabs: readonly {
  readonly id: string;
  readonly label: string;
  readonly types?: readonly Client['type'][];
  readonly Content: React.LazyExoticComponent<TabContent>;
}[] = [
  {
    id: 'secret',
    label: texts.tabs.secret,
    Content: lazy(async () => ({ default: (await import('./secret-tab.tsx')).SecretTab })),
  },
  {
    id: 'code',
    label: texts.tabs.code,
    types: ['self'],
    Content: lazy(async () => ({ default: (await import('./code-tab.tsx')).CodeTab })),
  },
  {
    id: 'settings',
    label: texts.tabs.settings,
    Content: lazy(async () => ({ default: (await import('./settings-tab.tsx')).SettingsTab })),
  },
  {
    id: 'snippets',
    label: texts.tabs.snippets,
    Content: lazy(async () => ({ default: (await import('./snippets-tab.tsx')).SnippetsTab })),
  },
  {
    id: 'run',
    label: texts.tabs.run,
    Content: lazy(async () => ({ default: (await import('./guided-tab.tsx')).GuidedTab })),
  },
  {
    id: 'cors',
    label: texts.tabs.cors,
    Content: lazy(async () => ({ default: (await import('./cors-tab.tsx')).CorsTab })),
  },
  {
    id: 'flows',
    label: texts.tabs.flows,
    Content: lazy(async () => ({ default: (await import('./flows-tab.tsx')).FlowsTab })),
  },
  {
    id: 'activity',
    label: texts.tabs.activity,
    Content: lazy(async () => ({ default: (await import('./activity-tab.tsx')).ActivityTab })),
  },
];

/** One client: its secret, codes, settings, snippets and activity. The tab is in the address. */
export function ClientPage() {
  const { clientId = '', tab } = useParams({ strict: false }) as { clientId?: string; tab?: string };
  const query = useQuery(queries.client(clientId));
  useScreenTitle(query.data?.name ?? shellTexts.applications);
  const navigate = useNavigate();
  return (
    <Loaded query={query} height={400} heading={texts.unknownClient}>
      {(client) => {
        const shown = tabs.filter(({ types }) => !types || types.includes(client.type));
        const current = shown.find(({ id }) => id === tab) ?? shown[0];
        return (
          <Stack>
            <div>
              <Group gap="sm">
                <Title order={1} style={{ overflowWrap: 'anywhere' }}>
                  {client.name}
                </Title>
                <Badge variant="light">{clientTypeTexts[client.type].short}</Badge>
              </Group>
              <Text ff="monospace" size="sm" c="dimmed">
                {client.clientId}
              </Text>
            </div>
            <Tabs
              value={current?.id ?? null}
              onChange={(id) => navigate({ to: '/applications/$clientId/$tab', params: { clientId, tab: id ?? '' } })}
              keepMounted={false}
            >
              <Tabs.List aria-label={texts.tabsLabel}>
                {shown.map(({ id, label }) => (
                  <Tabs.Tab key={id} value={id}>
                    {label}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
              {shown.map(({ id, Content }) => (
                <Tabs.Panel key={id} value={id} pt="md">
                  <Suspense fallback={<div style={{ minHeight: 300 }} />}>
                    <Content client={client} />
                  </Suspense>
                </Tabs.Panel>
              ))}
            </Tabs>
          </Stack>
        );
      }}
    </Loaded>
  );
}
