import type { EventKind } from '../inspector/event-kinds.ts';
import type { ProtocolEvent } from '../inspector/events.ts';
import type { AdminContext } from './context.ts';

/** What an operator or an owner did, for the events of a data centre: which thing and which fields, never their values. */
export interface OperatorEvent extends Pick<ProtocolEvent, 'clientId' | 'userId'> {
  readonly kind: Extract<EventKind, 'client' | 'user' | 'keys' | 'provider'>;
  readonly action: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Who acts by the functions of the admin API, for the details of an event: the operator, or a user of the console. */
export function actedBy({ actor }: Pick<AdminContext, 'actor'>): {
  readonly by: string;
  readonly byUser?: string;
} {
  return { by: actor?.role ?? 'operator', ...(actor && { byUser: actor.userId }) };
}

/** Records it where the thing belongs; in the first data centre of this process when that is run by another one. */
export function recordOperatorEvent(context: AdminContext, dataCenterId: string, event: OperatorEvent): void {
  const { action, detail, ...rest } = event;
  const [first] = context.dataCenters.values();
  const dataCenter = context.dataCenters.get(dataCenterId) ?? first;
  dataCenter?.events.record({ ...rest, outcome: 'Success', detail: { action, ...detail, ...actedBy(context) } });
}

/** The names whose values differ. */
export function changedNames(before: object, after: object): string[] {
  const [old, fresh] = [before, after] as Readonly<Record<string, unknown>>[];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => JSON.stringify(old?.[name]) !== JSON.stringify(fresh?.[name]));
}
