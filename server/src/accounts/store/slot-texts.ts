/** SQL for the slot of the row of an alias: as a value, and as what stands behind "slot =". */
export interface SlotTexts {
  of(alias: string): string;
  is(alias: string): string;
  /** Sends a notice, where the statement is carried out by the server that others listen to. */
  notify(notice: string): string;
}

/**
 * Each row's own slot. The comparison is written so that no plan joins by it alone: all tokens of a user have one slot, so
 * that a statement for as many of them as there are would compare each with each. Rows are found by their hash or id.
 */
export const slotOfRow: SlotTexts = {
  of: (alias) => `${alias}.slot`,
  is: (alias) => `ANY (ARRAY[${alias}.slot])`,
  notify: (notice) => `pg_notify('grantway', ${notice})`,
};

/**
 * One slot for all: the first of the slots that are this parameter. The statement goes to the machine of its shard, so that its
 * caller sends the notices.
 */
export function slotOfAll(parameter: string): SlotTexts {
  const slot = `(${parameter}::int[])[1]`;
  return { of: () => slot, is: () => slot, notify: () => 'NULL' };
}

/** What stands behind "slot =" for a look-up: the slot of its row `q`, or the first of `$2` where tables are spread. */
export const slotOfLookUp = (spread: boolean): string => (spread ? slotOfAll('$2') : slotOfRow).is('q');
