/** What a call costs (crm-api 10): a price known beforehand, and one for each ten items that it wrote. */
export interface Cost {
  /** Taken before the call runs. */
  readonly credits: number;
  /** Most items of a call that is paid for by them, a credit for ten; the first one is the call's own. */
  readonly maxItems: number | undefined;
  /** Calls that count towards the smaller limit of calls at the same time. */
  readonly heavy: boolean;
}
