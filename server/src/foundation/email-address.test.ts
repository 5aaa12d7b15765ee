import { describe, expect, test } from 'vitest';
import { emailAddressFault, foldEmailAddress } from './email-address.ts';

describe('one mailbox has one folded address', () => {
  test.each([
    ['uma@münchen.example', 'uma@xn--mnchen-3ya.example'],
    ['uma@münchen.example', ' UMA@MÜNCHEN.example '],
    ['uma@münchen.example', 'uma@mu\u0308nchen.example'],
    ['uma@münchen.example', 'uma@XN--MNCHEN-3YA.EXAMPLE'],
    ['uma@bücher.example', 'uma@ｂücher。example'],
    ['uma@faß.example', 'uma@xn--fa-hia.example'],
    ['jürgen@example.com', 'JU\u0308RGEN@example.com'],
    ['用户@例え.テスト', '用户@xn--r8jz45g.xn--zckzah'],
  ])('%s and %s', (first, second) => {
    expect(foldEmailAddress(second)).toBe(foldEmailAddress(first));
    expect(foldEmailAddress(foldEmailAddress(first))).toBe(foldEmailAddress(first));
  });

  test('others stay apart, and what UTS 46 does not take is still compared', () => {
    const different = ['a@fass.example', 'a@faß.example', 'ａ@faß.example', 'a@x..y', 'a@x.y', 'a@xn--a', 'a', ''];
    expect(new Set(different.map(foldEmailAddress)).size).toBe(different.length);
  });
});

describe('emailAddressFault', () => {
  test.each(['uma@münchen.example', 'jürgen@example.com', '用户@例え.テスト', 'a@localhost', 'o_o@my_host'])(
    '%s is taken',
    (address) => expect(emailAddressFault(address)).toBeUndefined(),
  );

  test.each([
    ['zero-width space', 'u\u200bma@a.example', 'U+200B at character 2'],
    ['right-to-left override', 'uma@a\u202e.example', 'U+202E at character 6'],
    ['soft hyphen', 'u\u00adma@a.example', 'U+00AD'],
    ['zero-width joiner in the domain', 'uma@a\u200db.example', 'U+200D'],
    ['isolate', '\u2066uma@a.example', 'U+2066'],
    ['non-character', 'uma\ufdd0@a.example', 'U+FDD0'],
    ['lone surrogate', 'uma\ud800@a.example', 'U+D800'],
    ['NUL', 'uma\0@a.example', 'U+0000'],
    ['Hangul filler', 'uma\u3164@a.example', 'U+3164'],
    ['tag', 'uma\u{e0041}@a.example', 'U+E0041'],
  ])('a %s is refused by its number', (_name, address, named) => expect(emailAddressFault(address)).toContain(named));

  test.each(['uma', '@a.example', 'uma@', 'u ma@a.example', 'uma@a@b.example', `${'x'.repeat(100)}@a.example`])(
    '%j is no address',
    (address) => expect(emailAddressFault(address)).toContain('must look like name@example.com'),
  );

  test('a domain that is no internationalized name is refused, and the form that is compared may not be too long', () => {
    expect(emailAddressFault('uma@xn--a.example')).toContain('UTS 46');
    expect(emailAddressFault(`uma@${'ü'.repeat(63)}.example`)).toContain('UTS 46');
    expect(emailAddressFault(`${'x'.repeat(40)}@${'ü.'.repeat(20)}example`)).toContain('at most 100');
  });
});
