import { flag, input, listOf, noted, oneOf, type Schema, shape } from '../../kernel/schema.ts';
import { hourPattern, type WeekNames, weekDays } from './week-hours.ts';

/** The hours of a week in bodies and answers. */
export const day = oneOf(...weekDays);

export const range: Schema = noted(
  listOf({ type: 'string', pattern: hourPattern }, { max: 2 }),
  'From and to: ["09:00","18:00"].',
);

const keys = (names: WeekNames, timing: Schema) => ({
  [names.days]: listOf(day),
  same_as_everyday: noted(flag, 'Whether daily_timing holds on all days; otherwise custom_timing has each.'),
  daily_timing: range,
  custom_timing: listOf(timing),
});

export const weekShown = (names: WeekNames) => keys(names, shape({ days: day, [names.timing]: range }));
export const weekGiven = (names: WeekNames) => keys(names, input({ days: day, [names.timing]: range }));
