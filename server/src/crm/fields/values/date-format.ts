/** Date formats of bulk writes (crm-api 9.2): `MM/dd/yyyy HH:mm:ss` and its like. */

const parts: Readonly<Record<string, string>> = {
  yyyy: '(?<year>\\d{4})',
  MM: '(?<month>\\d{1,2})',
  M: '(?<month>\\d{1,2})',
  MMM: '(?<monthName>[A-Za-z]{3})',
  dd: '(?<day>\\d{1,2})',
  d: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{1,2})',
  hh: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
  a: '(?<half>[AaPp][Mm])',
};
const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const maxFormats = 200;
const patterns = new Map<string, RegExp | undefined>();

function patternOf(format: string): RegExp | undefined {
  if (patterns.has(format)) return patterns.get(format);
  if (patterns.size >= maxFormats) patterns.clear();
  const pattern = compile(format);
  patterns.set(format, pattern);
  return pattern;
}

function compile(format: string): RegExp | undefined {
  if (format.length > 40) return undefined;
  const seen = new Set<string>();
  let source = '';
  for (const [token] of format.matchAll(/[A-Za-z]+|[^A-Za-z]/g)) {
    const part = parts[token];
    if (part === undefined) {
      if (/[A-Za-z\d]/.test(token) && token !== 'T') return undefined;
      source += token.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
      continue;
    }
    const name = part.slice(3, part.indexOf('>'));
    if (seen.has(name)) return undefined;
    seen.add(name);
    source += part;
  }
  const month = seen.has('month') !== seen.has('monthName');
  return seen.has('year') && seen.has('day') && month ? new RegExp(`^${source}$`) : undefined;
}

/** Whether texts of this format can be read: a year, a month and a day, each once. */
export function isDateFormat(format: string): boolean {
  return patternOf(format) !== undefined;
}

const two = (value: number) => String(value).padStart(2, '0');

/** `2026-03-10` and `12:30:00` of a text in a format, or undefined when it is another one. */
export function parseWithFormat(text: string, format: string): { date: string; time: string } | undefined {
  const groups = patternOf(format)?.exec(text)?.groups;
  if (!groups) return undefined;
  const { year, month, monthName, day, hour = '0', minute = '00', second = '00', half } = groups;
  const number = month === undefined ? monthNames.indexOf((monthName ?? '').toLowerCase()) + 1 : Number(month);
  let hours = Number(hour);
  if (half !== undefined) hours = (hours % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  return { date: `${year}-${two(number)}-${two(Number(day))}`, time: `${two(hours)}:${minute}:${second}` };
}
