import type { FormulaType, FormulaValue } from '../../fields/model/kind.ts';

/** What a formula may look at. */
export interface FormulaContext {
  /** The value of a field of the record in its stored form, or null. */
  readonly read: (key: string) => unknown;
  /** IANA name of the organization's time zone: a formula has one value, whoever looks at it. */
  readonly timeZone: string;
  readonly nowMs: number;
  /** Empty numbers count as 0 and empty texts as '' (`assume_default`). */
  readonly assumeDefault: boolean;
}

/** A part of a formula that has been checked: its type is known, and it can be computed. */
export interface Computed {
  readonly type: FormulaType;
  readonly run: (context: FormulaContext) => FormulaValue;
}

/** Longer texts are cut, so that no formula makes texts out of all bounds. */
export const longestText = 32_000;

export function cut(text: string): string {
  return text.length > longestText ? text.slice(0, longestText).toWellFormed() : text;
}

/** What is no number is empty. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** A value as a text, as `Concat` and `Tostring` show it. */
export function textOf(value: FormulaValue): string {
  return value === null ? '' : String(value);
}
