import { roundTo } from './numbers.ts';

/** Results of formulas in the form that records store. */

/** Larger numbers say nothing, and no field holds them. */
const largest = 1e25;

type Result = (value: string | number | boolean, decimals: number) => string | number | boolean | null;

export const asComputed: Result = (value) => value;

/** Rounded to the decimals of the field. */
export const rounded: Result = (value, decimals) =>
  Math.abs(Number(value)) < largest ? roundTo(Number(value), decimals) : null;

/** Rounded to a whole number. */
export const whole: Result = (value) =>
  Number.isSafeInteger(Math.round(Number(value))) ? roundTo(Number(value), 0) : null;
