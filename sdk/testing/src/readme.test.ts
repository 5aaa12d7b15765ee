import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ReadmeSnippets } from '../../common/testing/readme.ts';

const snippets = new ReadmeSnippets(join(import.meta.dirname, '..'), { '@grantway/testing': 'index.ts' });
afterAll(() => snippets.remove());

test('the snippets of the README run, with node:test, too', async () => {
  const root = { GRANTWAY_PACKAGE: join(import.meta.dirname, '../../..') };
  const [tour, rewind] = await Promise.all(
    ['tour', 'rewind'].map((name) => snippets.run(snippets.write(name, {}), root)),
  );
  expect(tour).toBe('done\n');
  expect(rewind).toMatch(/pass 2[\s\S]*fail 0/);
}, 120_000);

test('they compile', async () => {
  expect(await snippets.compile('')).toBe('');
});
