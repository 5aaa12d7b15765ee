import { type ValueReader, wrongType } from '../../kernel/record/reading.ts';

/**
 * Truth written as text: `true` or `false` in any letter case, because clients write it as their language does
 * (Python sends `True`; crm-api 2.3). Undefined for everything else.
 */
export function readTruth(given: unknown): boolean | undefined {
  const word = typeof given === 'string' ? given.toLowerCase() : undefined;
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

export const readBoolean: ValueReader = (raw) => (typeof raw === 'boolean' ? { value: raw } : wrongType('boolean'));
