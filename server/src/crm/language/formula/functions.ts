import type { FormulaType, FormulaValue } from '../../fields/model/kind.ts';
import { addTo, bounded, dayFrom, dayOf, localMsOf, localOf, momentOf, unitNamed, unitsBetween } from './calendar.ts';
import { cut, type FormulaContext, finite, longestText, textOf } from './values.ts';

/** What a function takes: a type, a day or a moment, or anything. */
export type Wanted = FormulaType | 'moment' | 'any';

export interface FormulaFunction {
  readonly takes: readonly Wanted[];
  /** How many of the last ones may be missing. */
  readonly optional?: number;
  /** The last one may come any number of times. */
  readonly more?: true;
  readonly gives: FormulaType | ((types: readonly FormulaType[]) => FormulaType);
  /** Is also asked when something is empty; others are empty then. */
  readonly lazy?: true;
  readonly run: (values: readonly FormulaValue[], context: FormulaContext) => FormulaValue;
}

type Numbers = readonly number[];
type Texts = readonly string[];

const ofNumbers = (count: number, run: (...values: number[]) => number): FormulaFunction => ({
  takes: Array<Wanted>(count).fill('number'),
  gives: 'number',
  run: (values) => finite(run(...(values as Numbers))),
});

const ofManyNumbers = (run: (...values: number[]) => number): FormulaFunction => ({
  ...ofNumbers(1, run),
  more: true,
});

const ofTexts = (count: number, gives: FormulaType, run: (...values: string[]) => FormulaValue): FormulaFunction => ({
  takes: Array<Wanted>(count).fill('text'),
  gives,
  run: (values) => run(...(values as Texts)),
});

/** A part of a moment's local time. */
const part = (run: (local: Date) => number): FormulaFunction => ({
  takes: ['moment'],
  gives: 'number',
  run: ([at], { timeZone }) => run(new Date(localMsOf(at as string | number, timeZone))),
});

const moved = (sign: 1 | -1): FormulaFunction => ({
  takes: ['moment', 'number', 'text'],
  gives: ([first]) => first ?? 'date',
  run: ([at, count, name], { timeZone }) => {
    const unit = unitNamed(name as string);
    if (unit === undefined) return null;
    const local = addTo(localMsOf(at as string | number, timeZone), sign * (count as number), unit);
    if (Number.isNaN(local) || bounded(local) === null) return null;
    return typeof at === 'string' ? dayOf(new Date(local)) : momentOf(local, timeZone);
  },
});

function find(text: string, search: string, nth: number): number {
  let place = -1;
  for (let count = 0; count < nth; count++) {
    place = text.indexOf(search, place + 1);
    if (place < 0 || search === '') return 0;
  }
  return place + 1;
}

function replace(text: string, search: string, by: string): string | null {
  if (search === '') return text;
  const parts = text.split(search);
  return parts.length * by.length > longestText ? null : parts.join(by);
}

function newDate(values: readonly FormulaValue[], timeZone: string): number | null {
  const [year, month, day, hour = 0, minute = 0, half] = values as [number, number, number, number?, number?, string?];
  const date = dayFrom(year, month, day);
  const named = typeof half === 'string' ? half.trim().toUpperCase() : undefined;
  const inHalf = named === 'AM' || named === 'PM';
  if (date === null || (named !== undefined && !inHalf)) return null;
  const hours = inHalf ? (hour % 12) + (named === 'PM' ? 12 : 0) : hour;
  const isTime = Number.isInteger(hours) && hours >= 0 && hours < 24 && minute >= 0 && minute < 60;
  return isTime
    ? momentOf(Date.parse(`${date}T00:00:00Z`) + (hours * 60 + Math.trunc(minute)) * 60_000, timeZone)
    : null;
}

const between: FormulaFunction = {
  takes: ['moment', 'moment', 'text'],
  gives: 'number',
  run: ([from, to, name], { timeZone }) => {
    const unit = unitNamed(name as string);
    const [a, b] = [from, to].map((at) => localMsOf(at as string | number, timeZone)) as [number, number];
    return unit === undefined ? null : unitsBetween(a, b, unit);
  },
};

const truth = (run: (values: readonly boolean[]) => boolean, more: true | undefined): FormulaFunction => ({
  takes: ['boolean'],
  ...(more ? { more } : {}),
  gives: 'boolean',
  lazy: true,
  run: (values) => run(values.map((value) => value === true)),
});

/** The functions of formulas, by their names in small letters. Places in texts are counted from 1. */
export const functions: ReadonlyMap<string, FormulaFunction> = new Map<string, FormulaFunction>([
  ['abs', ofNumbers(1, Math.abs)],
  ['ceil', ofNumbers(1, Math.ceil)],
  ['floor', ofNumbers(1, Math.floor)],
  ['naturallog', ofNumbers(1, Math.log)],
  ['base10log', ofNumbers(1, Math.log10)],
  ['sqrt', ofNumbers(1, Math.sqrt)],
  ['max', ofManyNumbers(Math.max)],
  ['min', ofManyNumbers(Math.min)],
  ['len', ofTexts(1, 'number', (text) => text.length)],
  ['lower', ofTexts(1, 'text', (text) => cut(text.toLowerCase()))],
  ['upper', ofTexts(1, 'text', (text) => cut(text.toUpperCase()))],
  ['trim', ofTexts(1, 'text', (text) => text.trim())],
  ['contains', ofTexts(2, 'boolean', (text, search) => text.includes(search))],
  ['startswith', ofTexts(2, 'boolean', (text, search) => text.startsWith(search))],
  ['endswith', ofTexts(2, 'boolean', (text, search) => text.endsWith(search))],
  ['replace', ofTexts(3, 'text', replace)],
  [
    'find',
    {
      takes: ['text', 'text', 'number'],
      optional: 1,
      gives: 'number',
      run: ([text, search, nth = 1]) => find(text as string, search as string, Math.min(nth as number, longestText)),
    },
  ],
  [
    'substring',
    {
      takes: ['text', 'number', 'number'],
      optional: 1,
      gives: 'text',
      run: ([text, from, length]) => {
        const start = Math.max(Math.trunc(from as number) - 1, 0);
        const end = length === undefined ? undefined : start + Math.max(Math.trunc(length as number), 0);
        return (text as string).slice(start, end).toWellFormed();
      },
    },
  ],
  [
    'concat',
    { takes: ['any'], more: true, gives: 'text', lazy: true, run: (values) => cut(values.map(textOf).join('')) },
  ],
  ['tostring', { takes: ['any'], gives: 'text', lazy: true, run: ([value = null]) => textOf(value) }],
  ['now', { takes: [], gives: 'datetime', run: (_, { nowMs }) => nowMs }],
  [
    'newdate',
    {
      takes: ['number', 'number', 'number', 'number', 'number', 'text'],
      optional: 3,
      gives: 'datetime',
      run: (values, { timeZone }) => newDate(values, timeZone),
    },
  ],
  [
    'datepart',
    {
      takes: ['moment'],
      gives: 'date',
      run: ([at], { timeZone }) => (typeof at === 'string' ? at : dayOf(localOf(at as number, timeZone))),
    },
  ],
  [
    'timepart',
    {
      takes: ['datetime'],
      gives: 'text',
      run: ([at], { timeZone }) =>
        localOf(at as number, timeZone)
          .toISOString()
          .slice(11, 16),
    },
  ],
  ['adddate', moved(1)],
  ['subdate', moved(-1)],
  [
    'datecomp',
    {
      takes: ['moment', 'moment'],
      gives: 'number',
      run: ([a, b], { timeZone }) =>
        (localMsOf(a as string | number, timeZone) - localMsOf(b as string | number, timeZone)) / 60_000,
    },
  ],
  ['datebetween', between],
  ['dayofmonth', part((local) => local.getUTCDate())],
  ['hour', part((local) => local.getUTCHours())],
  ['minute', part((local) => local.getUTCMinutes())],
  ['month', part((local) => local.getUTCMonth() + 1)],
  ['year', part((local) => local.getUTCFullYear())],
  // Sunday is the first day.
  ['weekday', part((local) => local.getUTCDay() + 1)],
  ['and', truth((values) => values.every(Boolean), true)],
  ['or', truth((values) => values.some(Boolean), true)],
  ['not', truth(([value]) => !value, undefined)],
  ['isempty', { takes: ['any'], gives: 'boolean', lazy: true, run: ([value]) => value === null || value === '' }],
]);
