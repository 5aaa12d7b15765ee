import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

/** The short form: each page that is loaded reads it anew. */
const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A rule of axe that is broken, and the first elements that break it, as HTML. */
export type Violation = readonly [rule: string, elements: readonly string[]];

/**
 * What axe finds wrong with a page as it is.
 * @param rules Only these of its rules; default: all.
 */
export async function violationsOf(page: Page, rules?: readonly string[]): Promise<Violation[]> {
  if (await page.evaluate(`typeof axe === 'undefined'`)) await page.evaluate(source);
  // No preloading: the pages' security policy lets nothing be fetched. Only violations are worked out to their end and
  // sent here: of a large page, what is well would be most of the work.
  const options = { preload: false, resultTypes: ['violations'], ...(rules && { runOnly: rules }) };
  return page.evaluate<Violation[]>(
    `axe.run(${JSON.stringify(options)}).then(({ violations }) =>
      violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)]))`,
  );
}
