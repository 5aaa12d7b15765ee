import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { EventList } from '../../../server/src/console/wire.ts';
import type {
  AdministeredOrganizationList,
  AdministeredUserList,
  AuditList,
  Demo,
  Health,
  LabClock,
  LimitList,
  OutboxMailContent,
  OutboxMailList,
  ProviderList,
  SigningKeyList,
} from '../../../server/src/console/wire-administration.ts';
import { CallFailure, call } from './call.ts';

const base = '/administration';

export interface EventFilter {
  readonly outcome: string;
  readonly kind: string;
  readonly clientId: string;
}

export interface AuditFilter {
  readonly outcome: string;
  readonly action: string;
  readonly user: string;
  readonly actor: string;
  readonly clientId: string;
  readonly address: string;
}

/** What the administration screens read, by the keys under which it is kept. */
export const administrationQueries = {
  users: (search: string, page: number) =>
    queryOptions({
      queryKey: ['administration', 'users', { search, page }],
      queryFn: ({ signal }) =>
        call<AdministeredUserList>(
          'GET',
          `${base}/users?${new URLSearchParams({ search, page: String(page) })}`,
          undefined,
          signal,
        ),
    }),
  organizations: (search: string, page: number) =>
    queryOptions({
      queryKey: ['administration', 'organizations', { search, page }],
      queryFn: ({ signal }) =>
        call<AdministeredOrganizationList>(
          'GET',
          `${base}/organizations?${new URLSearchParams({ search, page: String(page) })}`,
          undefined,
          signal,
        ),
    }),
  keys: () =>
    queryOptions({ queryKey: ['administration', 'keys'], queryFn: () => call<SigningKeyList>('GET', `${base}/keys`) }),
  providers: () =>
    queryOptions({
      queryKey: ['administration', 'providers'],
      queryFn: () => call<ProviderList>('GET', `${base}/providers`),
    }),
  limits: () =>
    queryOptions({ queryKey: ['administration', 'limits'], queryFn: () => call<LimitList>('GET', `${base}/limits`) }),
  mails: (page: number) =>
    queryOptions({
      queryKey: ['administration', 'mails', { page }],
      queryFn: () => call<OutboxMailList>('GET', `${base}/mails?page=${page}`),
    }),
  mail: (messageId: string) =>
    queryOptions({
      queryKey: ['administration', 'mail', messageId],
      queryFn: () => call<OutboxMailContent>('GET', `${base}/mails/${encodeURIComponent(messageId)}`),
    }),
  events: (filter: EventFilter) =>
    infiniteQueryOptions({
      queryKey: ['administration', 'events', filter],
      queryFn: ({ pageParam }) =>
        call<EventList>('GET', `${base}/events?${new URLSearchParams({ ...filter, before: pageParam })}`),
      initialPageParam: '',
      getNextPageParam: ({ events, more }) => (more ? events.at(-1)?.eventId : undefined),
    }),
  audit: (filter: AuditFilter) =>
    infiniteQueryOptions({
      queryKey: ['administration', 'audit', filter],
      queryFn: ({ pageParam }) =>
        call<AuditList>('GET', `${base}/audit?${new URLSearchParams({ ...filter, before: pageParam })}`),
      initialPageParam: '',
      getNextPageParam: ({ entries, more }) => (more ? String(entries.at(-1)?.sequence) : undefined),
    }),
  /** null: this platform has none. */
  demo: () =>
    queryOptions({
      queryKey: ['administration', 'demo'],
      queryFn: (): Promise<Demo | null> =>
        call<Demo>('GET', `${base}/demo`).catch((error: unknown) => {
          if (error instanceof CallFailure && error.code === 'NO_DEMO') return null;
          throw error;
        }),
    }),
  clock: () =>
    queryOptions({
      queryKey: ['administration', 'clock'],
      queryFn: () => call<LabClock>('GET', `${base}/clock`),
      refetchInterval: 10_000,
    }),
  health: () =>
    queryOptions({
      queryKey: ['administration', 'health'],
      queryFn: () => call<Health>('GET', `${base}/health`),
      refetchInterval: 10_000,
    }),
};
