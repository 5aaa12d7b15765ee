import type { DataType, Rounding } from '../../kernel/metadata/metadata.ts';
import { tooLong, type ValueReader, wrongType } from '../../kernel/record/reading.ts';

export const readInteger: ValueReader = (raw, field) => {
  if (typeof raw === 'bigint') return tooLong(field.length);
  if (typeof raw !== 'number' || !Number.isInteger(raw)) return wrongType('integer');
  return Math.abs(raw) < 10 ** Math.min(field.length, 15) ? { value: raw } : tooLong(field.length);
};

const maxLongDigits = 18;

/** Long numbers are strings on the wire, because JSON readers would lose digits. */
export const readLongInteger: ValueReader = (raw, field) => {
  const whole = typeof raw === 'bigint' || (typeof raw === 'number' && Number.isSafeInteger(raw));
  const text = whole ? String(raw) : raw;
  if (typeof text !== 'string' || !/^-?\d{1,40}$/.test(text)) return wrongType('bigint');
  const most = Math.min(field.length, maxLongDigits);
  return text.replace('-', '').length > most ? tooLong(most) : { value: text };
};

/** Reads numbers of at most so many digits before the point; `decimals` are those of fields that name none. */
export function decimalReader(type: DataType, { digits, decimals }: { digits: number; decimals: number }): ValueReader {
  return (given, field) => {
    const raw = typeof given === 'bigint' ? Number(given) : given;
    if (typeof raw !== 'number' || !Number.isFinite(raw)) return wrongType(type);
    const most = Math.min(field.length, digits);
    if (Math.abs(raw) >= 10 ** most) return tooLong(most);
    return { value: roundAs(raw, field.decimals ?? decimals, field.rounding) };
  };
}

/** Rounds as a field says (crm-api 5.2): by default half away from zero. */
function roundAs(value: number, decimals: number, rounding: Rounding): number {
  const rounded = roundTo(value, decimals);
  if (rounding !== 'round_up' && rounding !== 'round_down') return rounded;
  const missing = Math.abs(value) - Math.abs(rounded);
  const step = 10 ** -decimals * Math.sign(value);
  // Beyond what a number can hold there is nothing to round.
  if (Math.abs(missing) < Number.EPSILON * Math.abs(value)) return rounded;
  if (rounding === 'round_up') return missing > 0 ? roundTo(rounded + step, decimals) : rounded;
  return missing < 0 ? roundTo(rounded - step, decimals) : rounded;
}

/** Rounds half away from zero to `places` decimals. */
export function roundTo(value: number, places: number): number {
  const [mantissa, exponent = '0'] = String(Math.abs(value)).split('e');
  const scaled = Math.round(Number(`${mantissa}e${Number(exponent) + places}`));
  const [digits, power = '0'] = String(scaled).split('e');
  const rounded = Number(`${digits}e${Number(power) - places}`);
  return value < 0 && rounded !== 0 ? -rounded : rounded;
}
