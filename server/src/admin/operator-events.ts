import type { EventKind } from '../inspector/event-kinds.ts';
import type { ProtocolEvent } from '../inspector/events.ts';
import type { AdminContext } from './context.ts';

/** What an operator or an owner did, for the events of a data centre: which thing and which fields, never their values. */
export interface OperatorEvent extends Pick<ProtocolEvent, 'clientId' | 'userId'> {
  readonly kind: Extract<EventKind, 'client' | 'user' | 'keys' | 'provider'>;
  readonly action: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Records it where the thing belongs; in the first data centre of this process when that is run by another one. */
export function recordOperatorEvent(context: AdminContext, dataCenterId: string, event: OperatorEvent): void {
  const { action, detail, ...rest } = event;
  const { actor } = context;
  const by = { by: actor?.role ?? 'operator', ...(actor && { byUser: actor.userId }) };
  const [first] = context.dataCenters.values();
  const dataCenter = context.dataCenters.get(dataCenterId) ?? first;
  dataCenter?.events.record({ ...rest, outcome: 'Success', detail: { action, ...detail, ...by } });
}

/** The names whose values differ. */
export function changedNames(before: object, after: object): string[] {
  const [old, fresh] = [before, after] as Readonly<Record<string, unknown>>[];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => JSON.stringify(old?.[name]) !== JSON.stringify(fresh?.[name]));
}
