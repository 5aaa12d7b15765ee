import { Stack } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { lazy } from 'react';
import { useSession } from '../../app/session.tsx';
import { ScreenHeading } from '../../parts/screen.tsx';
import { type ScreenTab, ScreenTabs } from '../../parts/tabs.tsx';
import { accountTexts as texts } from '../../texts/account.ts';

const tabs: readonly ScreenTab[] = [
  {
    id: 'profile',
    label: texts.tabs.profile,
    Content: lazy(async () => ({ default: (await import('./profile-tab.tsx')).ProfileTab })),
  },
  {
    id: 'password',
    label: texts.tabs.password,
    Content: lazy(async () => ({ default: (await import('./password-tab.tsx')).PasswordTab })),
  },
  {
    id: 'security',
    label: texts.tabs.security,
    Content: lazy(async () => ({ default: (await import('./security-tab.tsx')).SecurityTab })),
  },
  {
    id: 'sessions',
    label: texts.tabs.sessions,
    Content: lazy(async () => ({ default: (await import('./sessions-tab.tsx')).SessionsTab })),
  },
  {
    id: 'apps',
    label: texts.tabs.apps,
    Content: lazy(async () => ({ default: (await import('./apps-tab.tsx')).AppsTab })),
  },
];

/** The signed-in user's own account. */
export function AccountPage() {
  const { tab } = useParams({ strict: false }) as { tab?: string };
  const { user } = useSession();
  const navigate = useNavigate();
  return (
    <Stack>
      <ScreenHeading title={texts.heading} intro={texts.intro(user.email)} />
      <ScreenTabs
        tabs={tabs}
        current={tab}
        label={texts.tabsLabel}
        open={(id) => navigate({ to: '/account/$tab', params: { tab: id } })}
      />
    </Stack>
  );
}
