/** An entry of a record's timeline (crm-api 11): what a change did to its fields, in their stored form. */
export interface HistoryEntry {
  readonly action: HistoryAction;
  readonly changes: readonly FieldChange[];
}

export type HistoryAction = 'updated' | 'tag_added' | 'tag_removed' | 'owner_changed' | 'photo_changed';

export interface FieldChange {
  readonly field: string;
  readonly old: unknown;
  readonly new: unknown;
}
