import { Stack, Text, Title } from '@mantine/core';
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { ButtonLink } from '../parts/links.tsx';
import { shellTexts } from '../texts/shell.ts';
import { Shell } from './shell.tsx';

interface AdministrationSearch {
  readonly search?: string;
  readonly action?: string;
  readonly user?: string;
  readonly actor?: string;
  readonly address?: string;
  readonly page?: number;
  readonly outcome?: string;
  readonly kind?: string;
  readonly clientId?: string;
  readonly flow?: string;
}

/** The named parts of an address's query that hold a text or a number; what is empty is left out. */
function texts<Name extends string>(search: Record<string, unknown>, ...names: Name[]): { [name in Name]?: string } {
  const filled = names
    .filter((name) => (typeof search[name] === 'string' && search[name] !== '') || typeof search[name] === 'number')
    .map((name) => [name, String(search[name])]);
  return Object.fromEntries(filled) as { [name in Name]?: string };
}

/** Every screen and tab has an address of its own; screens are loaded when they are opened. */
const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });
const under = { getParentRoute: () => root };

const routes = root.addChildren([
  createRoute({
    ...under,
    path: '/',
    beforeLoad: () => {
      throw redirect({ to: '/applications' });
    },
  }),
  createRoute({
    ...under,
    path: '/applications',
    validateSearch: (search: Record<string, unknown>): { search?: string; page?: number } => ({
      ...(typeof search.search === 'string' && search.search !== '' ? { search: search.search } : {}),
      ...(Number(search.page) > 1 ? { page: Number(search.page) } : {}),
    }),
    component: lazyRouteComponent(() => import('../screens/applications/applications.tsx'), 'Applications'),
  }),
  createRoute({
    ...under,
    path: '/applications/new',
    component: lazyRouteComponent(() => import('../screens/applications/choose-type.tsx'), 'ChooseType'),
  }),
  createRoute({
    ...under,
    path: '/applications/new/$type',
    component: lazyRouteComponent(() => import('../screens/applications/new-client.tsx'), 'NewClientScreen'),
  }),
  createRoute({
    ...under,
    path: '/applications/$clientId',
    component: lazyRouteComponent(() => import('../screens/client/client-page.tsx'), 'ClientPage'),
  }),
  createRoute({
    ...under,
    path: '/applications/$clientId/$tab',
    validateSearch: (
      search: Record<string, unknown>,
    ): { origin?: string; method?: string; dataCenter?: string; flow?: string } =>
      texts(search, 'origin', 'method', 'dataCenter', 'flow'),
    component: lazyRouteComponent(() => import('../screens/client/client-page.tsx'), 'ClientPage'),
  }),
  createRoute({
    ...under,
    path: '/start',
    component: lazyRouteComponent(() => import('../screens/start/start.tsx'), 'Start'),
  }),
  createRoute({
    ...under,
    path: '/scopes',
    validateSearch: (search: Record<string, unknown>): { search?: string } => texts(search, 'search'),
    component: lazyRouteComponent(() => import('../screens/scopes/scopes.tsx'), 'Scopes'),
  }),
  createRoute({
    ...under,
    path: '/token',
    validateSearch: (search: Record<string, unknown>): { environment?: string; scope?: string } =>
      texts(search, 'environment', 'scope'),
    component: lazyRouteComponent(() => import('../screens/token/token.tsx'), 'Token'),
  }),
  createRoute({
    ...under,
    path: '/records',
    validateSearch: (search: Record<string, unknown>): { organizationId?: string; environment?: string } =>
      texts(search, 'organizationId', 'environment'),
    component: lazyRouteComponent(() => import('../screens/records/modules.tsx'), 'Modules'),
  }),
  createRoute({
    ...under,
    path: '/records/$environment/$organizationId/$module',
    validateSearch: (
      search: Record<string, unknown>,
    ): { view?: string; word?: string; sort?: string; order?: string; token?: string } =>
      texts(search, 'view', 'word', 'sort', 'order', 'token'),
    component: lazyRouteComponent(() => import('../screens/records/record-list.tsx'), 'RecordList'),
  }),
  createRoute({
    ...under,
    path: '/records/$environment/$organizationId/$module/new',
    component: lazyRouteComponent(() => import('../screens/records/edit-record.tsx'), 'NewRecord'),
  }),
  createRoute({
    ...under,
    path: '/records/$environment/$organizationId/$module/$recordId',
    component: lazyRouteComponent(() => import('../screens/records/record-page.tsx'), 'RecordPage'),
  }),
  createRoute({
    ...under,
    path: '/records/$environment/$organizationId/$module/$recordId/edit',
    component: lazyRouteComponent(() => import('../screens/records/edit-record.tsx'), 'EditRecord'),
  }),
  createRoute({
    ...under,
    path: '/account',
    component: lazyRouteComponent(() => import('../screens/account/account-page.tsx'), 'AccountPage'),
  }),
  createRoute({
    ...under,
    path: '/account/$tab',
    component: lazyRouteComponent(() => import('../screens/account/account-page.tsx'), 'AccountPage'),
  }),
  createRoute({
    ...under,
    path: '/administration',
    component: lazyRouteComponent(() => import('../screens/administration/administration-page.tsx'), 'Administration'),
  }),
  createRoute({
    ...under,
    path: '/administration/$tab',
    validateSearch: (search: Record<string, unknown>): AdministrationSearch => ({
      ...texts(search, 'search', 'outcome', 'kind', 'clientId', 'flow', 'action', 'user', 'actor', 'address'),
      ...(Number(search.page) > 1 ? { page: Number(search.page) } : {}),
    }),
    component: lazyRouteComponent(() => import('../screens/administration/administration-page.tsx'), 'Administration'),
  }),
]);

export const router = createRouter({ routeTree: routes, defaultPreload: 'intent', scrollRestoration: true });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function NotFound() {
  return (
    <Stack align="flex-start">
      <Title order={1}>{shellTexts.notFound}</Title>
      <Text>{shellTexts.notFoundText}</Text>
      <ButtonLink to="/applications">{shellTexts.toApplications}</ButtonLink>
    </Stack>
  );
}
