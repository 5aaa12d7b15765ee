/** What records of a module are worth (crm-api 11): each field rule that fits a record adds its score. */
export interface ScoringRule {
  readonly module: number;
  readonly name: string;
  readonly description: string | null;
  /** Id of the layout whose records it scores; null: those of all. */
  readonly layout: string | null;
  readonly active: boolean;
  readonly fieldRules: readonly ScoreFieldRule[];
}

export interface ScoreFieldRule {
  readonly id: string;
  /** From -10 to 10. */
  readonly score: number;
  /** As rules write criteria. */
  readonly criteria: object;
}
