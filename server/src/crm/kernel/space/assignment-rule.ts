/** Who gets new records (crm-api 6.3, `lar_id`): the first entry whose criteria a record fulfils decides. */
export interface AssignmentRule {
  readonly id: string;
  /** The module's number. */
  readonly module: number;
  readonly name: string;
  readonly description: string | null;
  /** Who gets what no entry is about; null: whoever creates it. */
  readonly defaultAssignee: string | null;
  readonly entries: readonly AssignmentEntry[];
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly modifiedBy: string;
  readonly modifiedAtMs: number;
}

export interface AssignmentEntry {
  readonly position: number;
  /** As it was written; null: every record. */
  readonly criteria: unknown;
  /** They take turns. */
  readonly users: readonly string[];
}
