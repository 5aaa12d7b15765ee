import { InvalidArgumentError } from 'commander';
import { hasForm, type TextForm } from '../foundation/text-forms.ts';
import { checkUsage } from './wrong-usage.ts';

/** Parsers of the values of options and arguments. The library tells which one it was and what came. */

const refused = (expected: string) => new InvalidArgumentError(`Expected ${expected}.`);

/** A whole number within bounds, both of them allowed. */
export const wholeNumber =
  (minimum: number, maximum: number = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    const range = maximum === Number.MAX_SAFE_INTEGER ? `from ${minimum} on` : `from ${minimum} to ${maximum}`;
    throw refused(`a whole number ${range}`);
  };

/** Any number that the check accepts; `expected` says in words which those are. */
export const numberThat = (accepts: (value: number) => boolean, expected: string) => (text: string) => {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && accepts(value)) return value;
  throw refused(expected);
};

/** A text of that form. */
export const textOf = (form: TextForm) => (text: string) => {
  if (hasForm(text, form)) return text;
  throw refused(form.expected);
};

/** One of these words, for lists that are too long for the help line of the option. */
export const oneOf = (words: readonly string[]) => (text: string) => {
  if (words.includes(text)) return text;
  throw refused(`one of ${words.join(', ')}`);
};

/** Names, separated by commas, one at least, of an option that may be repeated; `kind` says in words of what. */
export const namesOf =
  (kind: string, known?: readonly string[]) =>
  (text: string, previous: readonly string[] = []): readonly string[] => {
    const names = text
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean);
    if (names.length > 0 && names.every((name) => known?.includes(name) ?? true)) return [...previous, ...names];
    throw refused(`${kind}${known === undefined ? '' : ` (${known.join(', ')})`}, separated by commas`);
  };

/** A value of an option that may be repeated. */
export const moreTexts = (text: string, previous: readonly string[] = []) => [...previous, text];

/** A text that a check of the platform accepts; it says itself what it expected and what came. */
export const checkedBy = (check: (text: string) => unknown) => (text: string) => {
  // Only the text: the library hands over what an option was given before, too.
  checkUsage(() => check(text));
  return text;
};

/** Whether nothing is called so: an empty text, or dots alone, which in the path of a call would make it another call. */
export const isNoName = (text: string): boolean => /^\.{0,2}$/.test(text);

/** What has to be there must not be empty: a variable of a script that was not set, most often. */
export function someText(text: string): string {
  if (isNoName(text)) throw refused('a name or another text, neither empty nor of dots alone');
  return text;
}
