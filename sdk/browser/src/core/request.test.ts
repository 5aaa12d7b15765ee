import { expect, test } from 'vitest';
import { fileNameOf } from './answer.ts';
import { methods } from './methods.ts';
import { buildRequest, exactEncoding, lenientEncoding, versionSegment } from './request.ts';

const target = { apiDomain: 'http://api.test', token: 't', version: 'v8', headers: {}, encoding: exactEncoding };
const { RECORDS, SETTINGS, ATTACHMENTS } = methods;

function urlOf(params: Record<string, unknown>, encoding = exactEncoding): string {
  const { url } = buildRequest(RECORDS.search, { module: 'Leads', params }, { ...target, encoding });
  return url.replace('http://api.test/crm/v8/Leads/search?', '');
}

test.each([
  ['A & B #1 + 2', 'A%20%26%20B%20%231%20%2B%202'],
  ['100%', '100%25'],
  ['a%20b', 'a%2520b'],
  ['(Last_Name:equals:Ü)', '(Last_Name%3Aequals%3A%C3%9C)'],
])('sends the value %s as it is', (value, encoded) => {
  expect(urlOf({ word: value })).toBe(`word=${encoded}`);
});

test.each([
  ['A%26B', 'A%26B'],
  ['(Company:equals:A%26B)', '(Company%3Aequals%3AA%26B)'],
  ['A&B', 'A%26B'],
  ['100%', '100%25'],
])('leaves the escapes of pages written for the original: %s', (value, encoded) => {
  expect(urlOf({ word: value }, lenientEncoding)).toBe(`word=${encoded}`);
});

test('leaves out what is not there, and ends without an ampersand', () => {
  expect(urlOf({ a: undefined, b: null, c: 0 })).toBe('c=0');
});

test('keeps a path inside its segment for new code only', () => {
  const url = (encoding: typeof exactEncoding) =>
    buildRequest(RECORDS.get, { module: 'Leads/1', id: 'x?y' }, { ...target, encoding }).url;
  expect(url(exactEncoding)).toBe('http://api.test/crm/v8/Leads%2F1/x%3Fy');
  expect(url(lenientEncoding)).toBe('http://api.test/crm/v8/Leads/1/x%3Fy');
});

test('names the member that the path needs', () => {
  expect(() => buildRequest(RECORDS.get, {}, target)).toThrow("needs 'module'");
  expect(() => buildRequest(ATTACHMENTS.uploadFile, { module: 'Leads', id: '1' }, target)).toThrow('x_file_content');
});

test('lets headers of the call win, but never over the token', () => {
  const input = { module: 'Leads', headers: { 'content-type': 'text/plain', Authorization: 'no' }, body: {} };
  const { headers } = buildRequest(RECORDS.post, input, {
    ...target,
    headers: { 'Content-Type': 'application/json', A: 'b' },
  });
  expect([...headers]).toEqual([
    ['a', 'b'],
    ['authorization', 'Zoho-oauthtoken t'],
    ['content-type', 'text/plain'],
  ]);
});

test('does not say the module twice', () => {
  const input = { module: 'Leads', params: { module: 'Contacts' } };
  expect(buildRequest(SETTINGS.getFields, input, target).url).toBe(
    'http://api.test/crm/v8/settings/fields?module=Contacts',
  );
});

test.each([
  [2, 'v2'],
  ['8', 'v8'],
  ['v2.1', 'v2.1'],
])('version %s is %s in the path', (given, segment) => {
  expect(versionSegment(given)).toBe(segment);
});

test.each([
  ["attachment; filename*=UTF-8''%E0%A4%A; filename=plain.txt", 'plain.txt'],
  ['attachment; filename="a \\"b\\".pdf"', 'a "b".pdf'],
  ['attachment;filename=plain.txt', 'plain.txt'],
  ['attachment; filename="x"; filename*=UTF-8\'\'%E2%82%AC%20rates.txt', '€ rates.txt'],
  [null, 'download'],
  ['inline', 'download'],
])('the file name in %s', (header, name) => {
  expect(fileNameOf(header)).toBe(name);
});
