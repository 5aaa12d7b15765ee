import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDateTime, isDate, parseDateTime, parseHeaderTime } from './date-time.ts';

describe('formatDateTime', () => {
  test.each([
    ['2026-03-08T09:59:59Z', 'America/Los_Angeles', '2026-03-08T01:59:59-08:00'],
    ['2026-03-08T10:00:00Z', 'America/Los_Angeles', '2026-03-08T03:00:00-07:00'],
    ['2026-01-01T00:00:00Z', 'Asia/Kolkata', '2026-01-01T05:30:00+05:30'],
    ['2026-01-01T00:00:00Z', 'UTC', '2026-01-01T00:00:00+00:00'],
    ['2026-01-01T00:00:00Z', 'No/Such_Zone', '2026-01-01T00:00:00+00:00'],
    ['2026-07-01T00:00:00Z', 'America/St_Johns', '2026-06-30T21:30:00-02:30'],
  ])('%s in %s', (utc, zone, local) => {
    expect(formatDateTime(Date.parse(utc), zone)).toBe(local);
  });

  test('what is shown is read back, in any zone', () => {
    const zones = fc.constantFrom('America/Los_Angeles', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC');
    const seconds = fc.integer({ min: -2_000_000_000, max: 250_000_000_000 });
    fc.assert(
      fc.property(seconds, zones, (second, zone) => {
        expect(parseDateTime(formatDateTime(second * 1000, zone))).toBe(second * 1000);
      }),
    );
  });
});

test('days of the calendar', () => {
  expect(['2024-02-29', '9999-12-31', '0001-01-01'].every(isDate)).toBe(true);
  expect(['2023-02-29', '2023-13-01', '0000-01-01', '2023-01-01T00:00:00Z', ''].some(isDate)).toBe(false);
});

test.each([
  ['2026-11-22T20:35:11Z', Date.UTC(2026, 10, 22, 20, 35, 11)],
  ['2026-11-22T20:35:11.123+00:00', Date.UTC(2026, 10, 22, 20, 35, 11)],
  ['Sun, 22 Nov 2026 20:35:11 GMT', Date.UTC(2026, 10, 22, 20, 35, 11)],
  ['yesterday', undefined],
  ['2026-11-22', undefined],
])('header time %s', (text, atMs) => {
  expect(parseHeaderTime(text)).toBe(atMs);
});
