import { expect, test } from 'vitest';
import { bodyOfShape, shapeOf } from './body-shape.ts';

const shape = (value: unknown) => shapeOf(Buffer.from(JSON.stringify(value)));

test('of values only their sort is kept, and made-up ones are of the same sort', () => {
  const lead = {
    Last_Name: 'Miller',
    Email: 'm@private.example',
    Birthday: '1970-05-17',
    Called_At: '2026-01-15T12:00:00+01:00',
    Website: 'https://private.example/x',
    Phone: '+49 30 1234567',
    Owner: { id: '1000001000010000002' },
    Revenue: 12.5,
    Private: true,
    Notes: null,
  };
  const kept = shape({ data: [lead], 'not a name!': 1 }) ?? '';
  expect(kept).not.toMatch(/Miller|private\.example|1970|1234567|100000|12\.5|not a name/);
  expect(JSON.parse(kept)).toEqual({
    data: [
      {
        Last_Name: '(text 6)',
        Email: '(e-mail)',
        Birthday: '(date)',
        Called_At: '(time)',
        Website: '(address)',
        Phone: '(phone)',
        Owner: { id: '(digits 19)' },
        Revenue: '(number)',
        Private: true,
        Notes: null,
      },
    ],
  });
  const again = bodyOfShape(kept);
  expect(again).toMatchObject({ data: [{ Last_Name: 'xxxxxx', Revenue: 1, Private: true, Notes: null }] });
  expect(shape(again)).toBe(kept);
});

test('nothing is kept of what is no JSON object or list, or too large', () => {
  for (const text of ['', '{', '"text"', '7', 'a=b']) expect(shapeOf(Buffer.from(text)), text).toBeUndefined();
  expect(shape({ text: 'x'.repeat(40_000) })).toBeUndefined();
  expect(
    shape(Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`field_${'x'.repeat(40)}_${n}`, 'x']))),
  ).toBeUndefined();
  expect(JSON.parse(shape({ data: Array.from({ length: 100 }, () => ({ a: 1 })) }) ?? '')).toEqual({
    data: Array.from({ length: 3 }, () => ({ a: '(number)' })),
  });
});
