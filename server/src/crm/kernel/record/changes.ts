import type { PendingReference } from './reading.ts';
import type { StoredValue } from './record.ts';

/** What one item of a write wants to change, checked as far as it can be without other records. */
export interface ItemChanges {
  /** Stored values by the field's key; null clears the field. */
  readonly values: Map<string, StoredValue | null>;
  /** Rows of subforms by the field's key. */
  readonly rows: Map<string, RowChange[]>;
  /** Links of multi-select look-ups by the field's key; `clears` ends those that are there. */
  readonly links: Map<string, { readonly clears: boolean; readonly rows: readonly RowChange[] }>;
  /** The new owner, when one is named. */
  ownerId: string | null;
  /** The record's tags from now on, when some are named. */
  tagNames: readonly string[] | null;
  /** Whether the record is approved from now on, when the item says so. */
  approved: boolean | null;
  /** Fields whose choices come to those that are there, instead of taking their place. */
  readonly appended: Set<string>;
  /** Subforms whose rows that the item does not mention are removed. */
  readonly replaced: Set<string>;
  readonly references: PlacedReference[];
}

export function noChanges(references: PlacedReference[] = []): ItemChanges {
  return {
    values: new Map(),
    rows: new Map(),
    links: new Map(),
    ownerId: null,
    tagNames: null,
    approved: null,
    appended: new Set(),
    replaced: new Set(),
    references,
  };
}

/** A row of a subform: new (no id), changed or removed. */
export interface RowChange {
  readonly id: string | null;
  readonly remove: boolean;
  readonly values: ReadonlyMap<string, StoredValue | null>;
  readonly jsonPath: string;
  /** Most rows that the field may have; none for subforms, whose requests are limited. */
  readonly limit?: number;
}

export interface PlacedReference extends PendingReference {
  readonly apiName: string;
  readonly jsonPath: string;
}
