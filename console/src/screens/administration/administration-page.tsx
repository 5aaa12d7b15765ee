import { Stack, Text, Title } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { lazy } from 'react';
import { useSession } from '../../app/session.tsx';
import { ScreenHeading } from '../../parts/screen.tsx';
import { type ScreenTab, ScreenTabs } from '../../parts/tabs.tsx';
import { administrationTexts as texts } from '../../texts/administration.ts';
import { shellTexts } from '../../texts/shell.ts';

const tabs: readonly ScreenTab[] = [
  {
    id: 'users',
    label: texts.tabs.users,
    Content: lazy(async () => ({ default: (await import('./users-tab.tsx')).UsersTab })),
  },
  {
    id: 'organizations',
    label: texts.tabs.organizations,
    Content: lazy(async () => ({ default: (await import('./organizations-tab.tsx')).OrganizationsTab })),
  },
  {
    id: 'clients',
    label: texts.tabs.clients,
    Content: lazy(async () => ({ default: (await import('./clients-tab.tsx')).ClientsTab })),
  },
  {
    id: 'keys',
    label: texts.tabs.keys,
    Content: lazy(async () => ({ default: (await import('./keys-tab.tsx')).KeysTab })),
  },
  {
    id: 'providers',
    label: texts.tabs.providers,
    Content: lazy(async () => ({ default: (await import('./providers-tab.tsx')).ProvidersTab })),
  },
  {
    id: 'limits',
    label: texts.tabs.limits,
    Content: lazy(async () => ({ default: (await import('./limits-tab.tsx')).LimitsTab })),
  },
  {
    id: 'outbox',
    label: texts.tabs.outbox,
    Content: lazy(async () => ({ default: (await import('./outbox-tab.tsx')).OutboxTab })),
  },
  {
    id: 'flows',
    label: texts.tabs.flows,
    Content: lazy(async () => ({ default: (await import('./flows-tab.tsx')).FlowsTab })),
  },
  {
    id: 'events',
    label: texts.tabs.events,
    Content: lazy(async () => ({ default: (await import('./events-tab.tsx')).EventsTab })),
  },
  {
    id: 'audit',
    label: texts.tabs.audit,
    Content: lazy(async () => ({ default: (await import('./audit-tab.tsx')).AuditTab })),
  },
  {
    id: 'health',
    label: texts.tabs.health,
    Content: lazy(async () => ({ default: (await import('./health-tab.tsx')).HealthTab })),
  },
  {
    id: 'demo',
    label: texts.tabs.demo,
    Content: lazy(async () => ({ default: (await import('./demo-tab.tsx')).DemoTab })),
  },
];

/** Users, organizations, clients, keys, limits, mails, events and health of the data centre: for operators. */
export function Administration() {
  const { tab } = useParams({ strict: false }) as { tab?: string };
  const { user, dataCenter } = useSession();
  const navigate = useNavigate();
  if (!user.operator) {
    return (
      <Stack>
        <Title order={1}>{shellTexts.notFound}</Title>
        <Text>{shellTexts.notFoundText}</Text>
      </Stack>
    );
  }
  return (
    <Stack>
      <ScreenHeading title={texts.heading} intro={texts.intro(dataCenter.id)} />
      <ScreenTabs
        tabs={tabs}
        current={tab}
        label={texts.tabsLabel}
        open={(id) => navigate({ to: '/administration/$tab', params: { tab: id } })}
      />
    </Stack>
  );
}
