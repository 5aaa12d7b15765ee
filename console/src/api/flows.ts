import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Flow, FlowList } from '../../../server/src/console/wire-flows.ts';
import { call } from './call.ts';

/** Whose flows: a client's, or all of the data centre. */
export type FlowBase = `/clients/${string}/flows` | '/administration/flows';

/** What flows are chosen by; empty texts choose nothing. */
export interface FlowFilter {
  readonly outcome: string;
  readonly dataCenter: string;
  readonly userId: string;
  readonly key: string;
  readonly requestId: string;
  readonly recordId: string;
}

export const noFilter: FlowFilter = { outcome: '', dataCenter: '', userId: '', key: '', requestId: '', recordId: '' };

export const flowQueries = {
  list: (base: FlowBase, filter: FlowFilter) =>
    infiniteQueryOptions({
      queryKey: ['flows', base, filter],
      queryFn: ({ pageParam }) => call<FlowList>('GET', `${base}?${searchOf(filter, pageParam)}`),
      initialPageParam: '',
      getNextPageParam: ({ flows, more }) => (more ? flows.at(-1)?.startedAt : undefined),
    }),
  flow: (base: FlowBase, flowId: string) =>
    queryOptions({
      queryKey: ['flow', base, flowId],
      queryFn: () => call<Flow>('GET', `${base}/${encodeURIComponent(flowId)}`),
    }),
};

export function searchOf(filter: FlowFilter, before = ''): URLSearchParams {
  return new URLSearchParams(Object.entries({ ...filter, before }).filter(([, value]) => value !== ''));
}

const recordId = /^\d{1,19}$/;
const requestId = /^[0-9a-f]{16}$/;

/** What a text that people look for is: a record's id, a request's, or else a code or token, of which the hash is made. */
export async function filterOf(text: string): Promise<Pick<FlowFilter, 'key' | 'requestId' | 'recordId'>> {
  const nothing = { key: '', requestId: '', recordId: '' };
  if (text === '') return nothing;
  if (recordId.test(text)) return { ...nothing, recordId: text };
  if (requestId.test(text)) return { ...nothing, requestId: text };
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  const hex = [...digest.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { ...nothing, key: hex };
}
