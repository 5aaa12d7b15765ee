/** What a call costs (crm-api 10): a price known beforehand, and one for each ten items that it wrote. */
export interface Cost {
  /** Taken before the call runs. */
  readonly credits: number;
  /** Most items of a call that is paid for by them, a credit for ten; the first one is the call's own. */
  readonly maxItems: number | undefined;
  /** Calls that count towards the smaller limit of calls at the same time. */
  readonly heavy: boolean;
}

/** What most calls cost. */
export const oneCredit: Cost = { credits: 1, maxItems: undefined, heavy: false };
/** A search or query. */
export const heavyRead: Cost = { ...oneCredit, heavy: true };

/** A call that is known to cost more. */
export function credits(number: number): Cost {
  return { ...oneCredit, credits: number };
}

/** A write of up to so many items. */
export function byItems(maxItems: number): Cost {
  return { ...oneCredit, maxItems };
}

/** The same for an action on many records, which is heavy. */
export function heavyItems(maxItems: number): Cost {
  return { ...byItems(maxItems), heavy: true };
}
