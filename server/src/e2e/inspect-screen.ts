import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { violationsOf } from './accessibility.ts';

/** The two looks that every screen of the console is seen in. */
export const looks = {
  desk: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  phone: { viewport: { width: 390, height: 800 }, colorScheme: 'dark' },
} as const;

const mostLayoutShift = 0.05;

/** Adds up what jumps on every page of the context (Cumulative Layout Shift, without what follows an input). */
export async function watchShifts(context: BrowserContext): Promise<void> {
  await context.addInitScript(`
    globalThis.layoutShift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.layoutShift += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  `);
}

/** Waits until everything is loaded that the screen shows. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('main').waitFor();
  await expect.poll(() => page.locator('[aria-busy=true]').count(), { timeout: 10_000 }).toBe(0);
}

/** Waits until nothing moves but what does so for ever: dialogs and notices fade in and out, a busy button turns. */
export async function still(page: Page): Promise<void> {
  const moving = `document.getAnimations().filter(({ playState, effect }) =>
    playState === 'running' && effect?.getComputedTiming().endTime !== Infinity).length`;
  await expect.poll(() => page.evaluate(moving), { timeout: 10_000 }).toBe(0);
}

/** A screen as it is, is accessible, fits into the window and says nothing that only a fault would show. */
export async function inspectScreen(page: Page, label: string): Promise<void> {
  // What is closing is there still, in parts.
  await still(page);
  expect.soft(await violationsOf(page), label).toEqual([]);
  await expectFit(page, label);
}

/** No wider than the window, and without anything that only a template's fault would show. */
export async function expectFit(page: Page, label: string): Promise<void> {
  const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
  expect.soft(overflow, `${label}: wider than the window`).toBeLessThanOrEqual(0);
  expect.soft(await page.locator('body').textContent(), label).not.toMatch(/undefined|\[object Object\]|NaN/);
}

/** Nothing has jumped since the page was loaded. */
export async function expectSteady(page: Page, label: string): Promise<void> {
  const shift = await page.evaluate<number>('layoutShift');
  expect.soft(shift, `${label}: layout shift`).toBeLessThan(mostLayoutShift);
}
