import { QueryClient, queryOptions } from '@tanstack/react-query';
import type {
  Client,
  ClientList,
  ClientSettingList,
  ClientUsers,
  EventList,
  OrganizationList,
  ScopeList,
  SecretList,
  Session,
  StartSteps,
} from '../../../server/src/console/wire.ts';
import type { Account, AccountSecurity, AppList, SessionList } from '../../../server/src/console/wire-account.ts';
import type { ProfileCheck } from '../../../server/src/console/wire-diagnosis.ts';
import { CallFailure, call } from './call.ts';

/** Refusals are final; what could not be reached is tried again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (count, error) =>
        count < 2 && error instanceof CallFailure && (error.status === 0 || error.status === 503),
      staleTime: 5_000,
    },
  },
});

const enc = encodeURIComponent;

/** What the screens read, by the keys under which it is kept. */
export const queries = {
  session: () =>
    queryOptions({ queryKey: ['session'], queryFn: () => call<Session>('GET', '/session'), staleTime: Infinity }),
  clients: (search: string, page: number) =>
    queryOptions({
      queryKey: ['clients', { search, page }],
      queryFn: ({ signal }) =>
        call<ClientList>('GET', `/clients?search=${enc(search)}&page=${page}`, undefined, signal),
    }),
  client: (clientId: string) =>
    queryOptions({
      queryKey: ['client', clientId],
      queryFn: () => call<Client>('GET', `/clients/${enc(clientId)}`),
    }),
  clientSettings: () =>
    queryOptions({
      queryKey: ['client-settings'],
      queryFn: () => call<ClientSettingList>('GET', '/client-settings'),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  secrets: (clientId: string) =>
    queryOptions({
      queryKey: ['client', clientId, 'secrets'],
      queryFn: () => call<SecretList>('GET', `/clients/${enc(clientId)}/secrets`),
    }),
  profileCheck: (clientId: string) =>
    queryOptions({
      queryKey: ['client', clientId, 'profile-check'],
      queryFn: () => call<ProfileCheck>('GET', `/clients/${enc(clientId)}/profile-check`),
    }),
  clientEvents: (clientId: string, filter: { outcome: string; kind: string }) =>
    queryOptions({
      queryKey: ['client', clientId, 'events', filter],
      queryFn: () =>
        call<EventList>(
          'GET',
          `/clients/${enc(clientId)}/events?outcome=${enc(filter.outcome)}&kind=${enc(filter.kind)}`,
        ),
    }),
  clientUsers: (clientId: string) =>
    queryOptions({
      queryKey: ['client', clientId, 'users'],
      queryFn: () => call<ClientUsers>('GET', `/clients/${enc(clientId)}/users`),
    }),
  scopes: () =>
    queryOptions({ queryKey: ['scopes'], queryFn: () => call<ScopeList>('GET', '/scopes'), staleTime: Infinity }),
  organizations: () =>
    queryOptions({
      queryKey: ['organizations'],
      queryFn: () => call<OrganizationList>('GET', '/organizations'),
    }),
  account: () => queryOptions({ queryKey: ['account'], queryFn: () => call<Account>('GET', '/account') }),
  accountSecurity: () =>
    queryOptions({
      queryKey: ['account', 'security'],
      queryFn: () => call<AccountSecurity>('GET', '/account/security'),
    }),
  sessions: () =>
    queryOptions({ queryKey: ['account', 'sessions'], queryFn: () => call<SessionList>('GET', '/account/sessions') }),
  apps: () => queryOptions({ queryKey: ['account', 'apps'], queryFn: () => call<AppList>('GET', '/account/apps') }),
  start: () => queryOptions({ queryKey: ['start'], queryFn: () => call<StartSteps>('GET', '/start') }),
};
