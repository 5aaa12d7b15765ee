import type { Comparison, Literal, Operator } from '../../fields/model/comparison.ts';
import { localDate, startOfDay } from '../../fields/values/date-time.ts';

/** Who asks, and when: what words such as `${TODAY}` depend on. */
export interface Reader {
  readonly userId: string;
  readonly timeZone: string;
  readonly nowMs: number;
}

/** Days of the calendar, the last one among them: `yyyy-MM-dd`. */
type Days = readonly [first: string, last: string];

const dayMs = 86_400_000;
const daysOfWeek = 7;
const secondMs = 1000;

function shifted(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

/** Weeks begin on Sunday. */
function week(today: string, weeks: number): Days {
  const sunday = shifted(today, weeks * daysOfWeek - new Date(`${today}T00:00:00Z`).getUTCDay());
  return [sunday, shifted(sunday, daysOfWeek - 1)];
}

function month(today: string, months: number): Days {
  const first = new Date(`${today.slice(0, 7)}-01T00:00:00Z`);
  first.setUTCMonth(first.getUTCMonth() + months);
  const next = new Date(first);
  next.setUTCMonth(next.getUTCMonth() + 1);
  return [first.toISOString().slice(0, 10), shifted(next.toISOString().slice(0, 10), -1)];
}

const day = (today: string, days: number): Days => [shifted(today, days), shifted(today, days)];

const calendar: ReadonlyMap<string, (today: string) => Days> = new Map([
  ['TODAY', (today) => day(today, 0)],
  ['YESTERDAY', (today) => day(today, -1)],
  ['TOMORROW', (today) => day(today, 1)],
  ['CURRENTWEEK', (today) => week(today, 0)],
  ['LASTWEEK', (today) => week(today, -1)],
  ['NEXTWEEK', (today) => week(today, 1)],
  ['CURRENTMONTH', (today) => month(today, 0)],
  ['LASTMONTH', (today) => month(today, -1)],
  ['NEXTMONTH', (today) => month(today, 1)],
]);

const wordForm = /^\$\{([A-Z]+)\}$/;

type Words = Comparison['words'];

/** Whether a value of a query is one of the words that values of its column know. */
function isReaderWord(text: string, words: Words, operator: Operator): boolean {
  const name = wordForm.exec(text)?.[1] ?? '';
  if (words === 'user') return name === 'CURRENTUSER';
  return words !== null && operator !== 'in' && calendar.has(name);
}

/** `${CURRENTUSER}` as an id; a word for days as the first and the last value that it stands for. */
function bounds(word: string, words: Words, reader: Reader): readonly [Literal, Literal] {
  const name = wordForm.exec(word)?.[1] ?? '';
  const today = localDate(reader.nowMs, reader.timeZone);
  const [first, last] = calendar.get(name)?.(today) ?? [reader.userId, reader.userId];
  if (words !== 'times') return [first, last];
  return [startOfDay(first, reader.timeZone), startOfDay(shifted(last, 1), reader.timeZone) - secondMs];
}

/**
 * The operator and values of a test, with words read as what they stand for: `= ${CURRENTMONTH}` means any of its days,
 * `> ${CURRENTMONTH}` what comes after all of them.
 * @param read what a value that is no word stands for.
 */
export function readTestValues(
  operator: Operator,
  texts: readonly string[],
  words: Words,
  reader: Reader,
  read: (text: string) => Literal,
): { readonly operator: Operator; readonly values: readonly Literal[] } {
  const values = texts.map((text): readonly [Literal, Literal] => {
    if (isReaderWord(text, words, operator)) return bounds(text, words, reader);
    const value = read(text);
    return [value, value];
  });
  const [[first, last] = []] = values;
  // One moment means its second, which the test itself sees to.
  if (operator === 'equals' && first !== undefined && first !== last) {
    return { operator: 'between', values: [first, last as Literal] };
  }
  const takesLast = operator === 'greater' || operator === 'less_equal';
  return {
    operator,
    values: values.map(([from, to], index) => (takesLast || (operator === 'between' && index === 1) ? to : from)),
  };
}
