import { describe, expect, test } from 'vitest';
import { PasswordRules } from './password-rules.ts';

const rules = new PasswordRules({ minLength: 8, maxLength: 128 });
const owner = { email: 'anna.lindqvist@mail.example', firstName: 'Anna', lastName: 'Lindqvist' };

describe('length, in characters as people count them', () => {
  test.each([
    ['1234567', 'length'],
    ['12345678', undefined],
    ['é'.repeat(7), 'length'],
    // Two code units each.
    ['😀'.repeat(7), 'length'],
    ['😀'.repeat(8), undefined],
    ['😀'.repeat(128), undefined],
    ['x'.repeat(129), 'length'],
  ])('%s', async (password, fault) => {
    expect(await rules.fault(password, owner)).toBe(fault);
  });

  test('says the rule and what came', async () => {
    expect(await rules.describe('short', owner)).toBe('the password must have 8 to 128 characters, 5 came');
    const strict = new PasswordRules({ minLength: 12, maxLength: 64 });
    expect(await strict.describe('elevenchars', owner)).toBe('the password must have 12 to 64 characters, 11 came');
  });
});

describe("not the user's own name or address", () => {
  test.each([
    'anna.lindqvist@mail.example',
    'ANNA.LINDQVIST@MAIL.EXAMPLE',
    'Lindqvist',
    'anna lindqvist',
    'LindqvistAnna',
    'Anna-Lindqvist-2026!',
    'mailexample1',
  ])('%s', async (password) => {
    expect(await rules.fault(password, owner)).toBe('own');
    expect(await rules.describe(password, owner)).toBe(
      "the password must not be the user's own name or e-mail address",
    );
  });

  test.each(['annas lindqvist tree', '20261128', 'correct horse'])('%s has more in it', async (password) => {
    expect(await rules.fault(password, owner)).toBeUndefined();
  });

  test('an owner without a first name', async () => {
    expect(await rules.fault('12345678!', { ...owner, firstName: '' })).toBeUndefined();
  });
});

test('a list of breached passwords is asked for what passes the other rules', async () => {
  const asked: string[] = [];
  const listed = new PasswordRules(
    { minLength: 8, maxLength: 128 },
    {
      async has(password) {
        asked.push(password);
        return password === 'password1';
      },
    },
  );
  expect(await listed.fault('short', owner)).toBe('length');
  expect(await listed.fault('password1', owner)).toBe('breached');
  expect(await listed.fault('password2', owner)).toBeUndefined();
  expect(asked).toEqual(['password1', 'password2']);
});
