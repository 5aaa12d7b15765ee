import type { RecordData } from './record.ts';

/** A record's place in a territory, as its data holds it. */
export interface Assignment {
  readonly territory: string;
  /** None: the request that is being worked on names it. */
  readonly at?: number;
  /** Who put it there by hand; none: a rule did. */
  readonly by?: { readonly id: string };
}

export function assignmentsIn(data: RecordData, field: string): readonly Assignment[] {
  return (data[field] ?? []) as unknown as readonly Assignment[];
}

/** Puts the places into the data, or takes the field out of it when there are none. */
export function setAssignments(data: RecordData, field: string, assignments: readonly Assignment[]): void {
  if (assignments.length === 0) delete data[field];
  else data[field] = assignments;
}
