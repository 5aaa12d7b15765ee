import { type ValueReader, wrongType } from '../../kernel/record/reading.ts';
import { isDate, parseDateTime } from './date-time.ts';

export const readDate: ValueReader = (raw) =>
  typeof raw === 'string' && isDate(raw) ? { value: raw } : wrongType('date');

export const readDateTime: ValueReader = (raw) => {
  const atMs = typeof raw === 'string' ? parseDateTime(raw) : undefined;
  return atMs === undefined ? wrongType('datetime') : { value: atMs };
};
