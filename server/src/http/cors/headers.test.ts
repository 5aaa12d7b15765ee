import { describe, expect, test } from 'vitest';
import { isPreflight, preflightHeaders, readableHeaders } from './headers.ts';

const origin = 'https://app.example.com';

describe('preflightHeaders', () => {
  test.each([
    ['authorization,x-zoho-sdk', 'authorization,x-zoho-sdk'],
    ['authorization, x-custom-1', 'authorization, x-custom-1'],
  ])('echoes the list "%s"', (wanted, echoed) => {
    expect(preflightHeaders(origin, wanted)['access-control-allow-headers']).toBe(echoed);
  });

  test.each([undefined, '', 'a b', '*', 'x\u00e9', `${'a,'.repeat(40)}a`])('does not echo %j', (wanted) => {
    expect(preflightHeaders(origin, wanted)['access-control-allow-headers']).toMatch(/^Authorization, Content-Type/);
  });

  test('names the exact origin and lets credentials through', () => {
    expect(preflightHeaders(origin, undefined)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '600',
      vary: expect.stringContaining('Origin'),
    });
  });
});

test('an answer is readable by one origin, and says so to caches', () => {
  expect(readableHeaders(origin)).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': expect.stringContaining('Content-Disposition'),
    vary: 'Origin',
  });
});

test('only OPTIONS with an origin and a method is a preflight', () => {
  const headers = { origin, 'access-control-request-method': 'POST' };
  expect(isPreflight('OPTIONS', headers)).toBe(true);
  expect(isPreflight('POST', headers)).toBe(false);
  expect(isPreflight('OPTIONS', { origin })).toBe(false);
});
