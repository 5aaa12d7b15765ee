import { afterAll, expect, test } from 'vitest';
import { startCrm } from '../../testing/crm-platform.ts';
import { everyOperation, examples, nameOf, pathOf } from '../../testing/examples/examples.ts';
import { makeWorld } from '../../testing/examples/world.ts';
import { contentDisposition } from './file-name.ts';

const crm = await startCrm();
afterAll(() => crm.close());

test.each([
  ['report.csv', 'attachment; filename="report.csv"; filename*=UTF-8\'\'report.csv'],
  ['a b (1).txt', 'attachment; filename="a b (1).txt"; filename*=UTF-8\'\'a%20b%20%281%29.txt'],
  ["o'clock.txt", "attachment; filename=\"o'clock.txt\"; filename*=UTF-8''o%27clock.txt"],
  ['a"b\\c;d.txt', 'attachment; filename="a_b_c;d.txt"; filename*=UTF-8\'\'a%22b%5Cc%3Bd.txt'],
  ['100%.txt', 'attachment; filename="100%.txt"; filename*=UTF-8\'\'100%25.txt'],
  ['Grüße 你好.pdf', "attachment; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%E4%BD%A0%E5%A5%BD.pdf"],
  ['a\r\nSet-Cookie: x', "attachment; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x"],
  ['\ud800', "attachment; filename*=UTF-8''%EF%BF%BD"],
])('the header of %j', (name, header) => {
  expect(contentDisposition(name)).toBe(header);
  // What follows the last single quote is all that some clients read.
  expect(decodeURIComponent(header.slice(header.lastIndexOf("'") + 1))).toBe(name.toWellFormed());
});

const world = await makeWorld(crm);
const downloads = everyOperation.filter(({ about }) => Object.values(about.answers ?? {}).some(({ file }) => file));

test('there are downloads of every kind', () => expect(downloads.length).toBeGreaterThan(6));

test.each(downloads.map((operation) => [nameOf(operation), operation] as const))('%s', async (name, operation) => {
  crm.clock.advance(1);
  const call = (await examples[name]?.(world)) ?? {};
  const answer = await crm.call(operation.method, pathOf(operation, call), call);
  expect([answer.status, answer.headers['content-disposition']]).toEqual([
    200,
    expect.stringMatching(/^attachment; filename="[^"]+"; filename\*=UTF-8''[^;' ]+$/),
  ]);
});
