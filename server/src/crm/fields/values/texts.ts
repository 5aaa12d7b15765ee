import type { Field } from '../../kernel/metadata/metadata.ts';
import { type Problem, type Reading, tooLong, type ValueReader, wrongType } from '../../kernel/record/reading.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const control = /[\u0000-\u0008\u000e-\u001f\u007f]/;

/** Text that can be kept and shown: no NUL or other control character but white space, no half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !control.test(text) && text.isWellFormed();
}

const emailPattern = /^[^\s@,;:<>()[\]"\\]{1,64}@[^\s@,;:<>()[\]"\\.]+(\.[^\s@,;:<>()[\]"\\.]+)+$/;
const phonePattern = /^[\p{L}\d +\-.();#,]+$/u;

/** Text as sent, except for blanks at its end. */
export const readText: ValueReader = (raw, field) => read(textOf(raw, field), field, 'text', undefined);
export const readEmail: ValueReader = (raw, field) => read(raw, field, 'email', emailPattern);
export const readPhone: ValueReader = (raw, field) => read(raw, field, 'phone', phonePattern);
export const readWebsite: ValueReader = (raw, field) => read(raw, field, 'website', /^\S+$/);

/** Amounts that are kept as text, as discounts of line items are ("3", "5%"), may come as numbers. */
function textOf(raw: unknown, { amount }: Field): unknown {
  const isAmount = amount && typeof raw === 'number' && raw >= 0 && raw < mostAmount;
  return isAmount ? String(Number(raw.toFixed(decimalsOfAmount))) : raw;
}

const mostAmount = 1e15;
const decimalsOfAmount = 2;

function read(raw: unknown, field: Field, typeName: string, pattern: RegExp | undefined): Reading {
  if (typeof raw !== 'string' || !isStorable(raw)) return wrongType(typeName);
  const text = raw.trimEnd();
  if (text === '') return { value: null };
  // Length first: patterns are only tried on short texts.
  if (text.length > field.length) return tooLong(field.length);
  return pattern === undefined || pattern.test(text) ? { value: text } : wrongType(typeName);
}

export const noChoice = '-None-';

/** A pick list takes values that it does not list; "-None-" is the choice of nothing. */
export const readPickList: ValueReader = (raw, field) => {
  const reading = read(raw, field, 'picklist', undefined);
  return reading.problem === undefined && reading.value === noChoice ? { value: null } : reading;
};

/**
 * Exports, files, criteria and formulas write the choices of a multi-select pick list in one text with this between
 * them, so no choice may contain it.
 */
export const choiceSeparator = ';';

/** The parts of such a text; what is empty is none. */
export function partsOf(text: string): string[] {
  return text
    .split(choiceSeparator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** What is wrong with a choice of a multi-select pick list; undefined when nothing is. */
export function choiceProblem(choice: string): Pick<Problem, 'details' | 'message'> | undefined {
  if (!choice.includes(choiceSeparator)) return undefined;
  return {
    details: { regex: `^[^${choiceSeparator}]*$` },
    message: `expected a choice without "${choiceSeparator}", got "${choice}"`,
  };
}

const maxChoices = 200;

export const readMultiSelect: ValueReader = (raw, field) => {
  if (!Array.isArray(raw)) return wrongType('jsonarray');
  if (raw.length > maxChoices) return tooLong(maxChoices);
  const choices = new Set<string>();
  for (const [index, choice] of raw.entries()) {
    if (typeof choice !== 'string' || !isStorable(choice)) return wrongType('text');
    if (choice.length > field.length) return tooLong(field.length);
    const problem = choiceProblem(choice);
    if (problem) return { problem: { code: 'INVALID_DATA', ...problem, at: `[${index}]` } };
    if (choice !== noChoice && choice.trim() !== '') choices.add(choice.trimEnd());
  }
  return { value: choices.size === 0 ? null : [...choices] };
};
