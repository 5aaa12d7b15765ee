import {
  ActionIcon,
  AppShell,
  Avatar,
  Badge,
  Burger,
  Group,
  Menu,
  Text,
  UnstyledButton,
  useMantineColorScheme,
  VisuallyHidden,
} from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { Outlet, useLocation } from '@tanstack/react-router';
import {
  IconApps,
  IconKey,
  IconLogout,
  IconMoon,
  IconRocket,
  IconSettings,
  IconSun,
  IconTable,
  IconUser,
} from '../parts/icons.tsx';
import { MenuLink, NavigationLink } from '../parts/links.tsx';
import { shellTexts } from '../texts/shell.ts';
import { ClockBar } from './clock-bar.tsx';
import { ConfirmationDialog } from './confirmation-dialog.tsx';
import { SignedIn, signOut, useSession } from './session.tsx';

const screens = [
  { to: '/start', label: shellTexts.start, icon: IconRocket },
  { to: '/applications', label: shellTexts.applications, icon: IconApps },
  { to: '/scopes', label: shellTexts.scopes, icon: IconKey },
  { to: '/records', label: shellTexts.records, icon: IconTable },
  { to: '/account', label: shellTexts.account, icon: IconUser },
] as const;
const administration = { to: '/administration', label: shellTexts.administration, icon: IconSettings } as const;

/** The frame around all screens: header, navigation, the screen itself. */
export function Shell() {
  return (
    <SignedIn>
      <Frame />
      <ConfirmationDialog />
    </SignedIn>
  );
}

function Frame() {
  const [opened, { toggle, close }] = useDisclosure();
  const { user, dataCenter, lab } = useSession();
  const { pathname } = useLocation();
  const shown = user.operator ? [...screens, administration] : screens;
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <AppShell.Header>
        <a className="skip-link" href="#content">
          {shellTexts.skip}
        </a>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={shellTexts.openNavigation} />
            <img src="/mark.svg" alt="" width={26} height={26} />
            <Text fw={650} component="span">
              {shellTexts.product}
            </Text>
            <Badge variant="light" title={shellTexts.dataCenter(dataCenter.id, dataCenter.country)}>
              {dataCenter.id}
            </Badge>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ColorSchemeButton />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label={shellTexts.navigation}>
        {shown.map(({ to, label, icon: Icon }) => (
          <NavigationLink
            key={to}
            to={to}
            label={label}
            leftSection={<Icon size={18} aria-hidden />}
            active={pathname.startsWith(to)}
            onClick={close}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        {lab && user.operator && <ClockBar />}
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function UserMenu() {
  const { user } = useSession();
  const narrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const initials = `${user.firstName[0] ?? ''}${user.lastName[0] ?? ''}` || user.email[0];
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <UnstyledButton>
          <Group gap="xs" wrap="nowrap">
            <Avatar size={30} color="blue" aria-hidden>
              {initials}
            </Avatar>
            {/* The menu's name on narrow screens, too, where there is no room to show it. */}
            <VisuallyHidden>{`${user.firstName} ${user.lastName}`.trim()}</VisuallyHidden>
            {narrow ? (
              <VisuallyHidden>{user.email}</VisuallyHidden>
            ) : (
              <Text size="sm" span>
                {user.email}
              </Text>
            )}
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.email}</Menu.Label>
        <MenuLink to="/account" leftSection={<IconUser size={16} aria-hidden />}>
          {shellTexts.account}
        </MenuLink>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={signOut}>
          {shellTexts.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function ColorSchemeButton() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const systemIsDark = window.matchMedia('(prefers-color-scheme: dark)').matches;
  const dark = colorScheme === 'dark' || (colorScheme === 'auto' && systemIsDark);
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      onClick={() => setColorScheme(dark ? 'light' : 'dark')}
      aria-label={dark ? 'Use light colours' : 'Use dark colours'}
    >
      {dark ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
    </ActionIcon>
  );
}
