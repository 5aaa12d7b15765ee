import { expect, test } from 'vitest';
import { errorBody, errorCatalogue } from './errors.ts';

test.each(Object.entries(errorCatalogue))('%s has a status, a message and its documentation', (code, entry) => {
  expect(code).toMatch(/^[A-Z][A-Z_]+$/);
  expect(entry.status).toBeGreaterThanOrEqual(400);
  expect(entry.message.length).toBeGreaterThan(0);
  expect(entry.documentation).toMatch(/^[A-Z].{20,}\.$/s);
});

test('an error body has the four keys that clients match on', () => {
  expect(errorBody('INVALID_TOKEN')).toEqual({
    code: 'INVALID_TOKEN',
    details: {},
    message: 'invalid oauth token',
    status: 'error',
  });
});
