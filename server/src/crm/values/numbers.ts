import { tooLong, type ValueReader, wrongType } from './reading.ts';

const decimals = { currency: 2, double: 9, percent: 2 } as const;
const percentDigits = 5;

export const readInteger: ValueReader = (raw, field) => {
  if (typeof raw !== 'number' || !Number.isInteger(raw)) return wrongType('integer');
  return Math.abs(raw) < 10 ** Math.min(field.length, 15) ? { value: raw } : tooLong(field.length);
};

const maxLongDigits = 18;

/** Long numbers are strings on the wire, because JSON readers would lose digits. */
export const readLongInteger: ValueReader = (raw) => {
  const text = typeof raw === 'number' && Number.isSafeInteger(raw) ? String(raw) : raw;
  if (typeof text !== 'string' || !/^-?\d{1,40}$/.test(text)) return wrongType('bigint');
  return text.replace('-', '').length > maxLongDigits ? tooLong(maxLongDigits) : { value: text };
};

export const readDecimal: ValueReader = (raw, field) => {
  if (typeof raw !== 'number' || !Number.isFinite(raw)) return wrongType(field.dataType);
  const digits = field.dataType === 'percent' ? percentDigits : Math.min(field.length, 16);
  if (Math.abs(raw) >= 10 ** digits) return tooLong(digits);
  return { value: roundTo(raw, decimals[field.dataType as keyof typeof decimals] ?? 9) };
};

/** Rounds half away from zero to `places` decimals. */
export function roundTo(value: number, places: number): number {
  const [mantissa, exponent = '0'] = String(Math.abs(value)).split('e');
  const scaled = Math.round(Number(`${mantissa}e${Number(exponent) + places}`));
  const [digits, power = '0'] = String(scaled).split('e');
  const rounded = Number(`${digits}e${Number(power) - places}`);
  return value < 0 && rounded !== 0 ? -rounded : rounded;
}
