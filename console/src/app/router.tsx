import { Stack, Text, Title } from '@mantine/core';
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { ButtonLink } from '../parts/links.tsx';
import { shellTexts } from '../texts/shell.ts';
import { Shell } from './shell.tsx';

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
    component: lazyRouteComponent(() => import('../screens/client/client-page.tsx'), 'ClientPage'),
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
