import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { violationsOf } from './accessibility.ts';

/** Set to a folder, it gets a picture of every page at every width and in both colours. */
const pictures = process.env.GRANTWAY_PAGE_PICTURES;
const looks = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 360, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
] as const;

/** Looks at a page at both widths and in both colours: accessible, no wider than the window, and nothing left open. */
export async function inspectPage(page: Page, name: string): Promise<void> {
  // What scripts fill in is not there at first.
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  for (const { width, colorScheme } of looks) {
    await page.setViewportSize({ width, height: 740 });
    await page.emulateMedia({ colorScheme });
    const label = `${name} at ${width} pixels, ${colorScheme}`;
    // Dark differs from light in colours only.
    const rules = colorScheme === 'dark' ? ['color-contrast'] : undefined;
    expect(await violationsOf(page, rules), label).toEqual([]);
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(overflow, `${label}: wider than the window`).toBeLessThanOrEqual(0);
    // Templates print what they do not find.
    expect(await page.getByRole('main').textContent(), label).not.toContain('undefined');
    if (!pictures) continue;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`), fullPage: true });
  }
}
