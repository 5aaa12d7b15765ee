/** Points that records get for what they are (crm-api 11). */
export interface ScoringRule {
  readonly name: string;
  readonly description: string | null;
  readonly active: boolean;
  readonly fieldRules: readonly FieldScore[];
}

export interface FieldScore {
  readonly id: string;
  readonly score: number;
  /** As rules write criteria. */
  readonly criteria: object;
}
