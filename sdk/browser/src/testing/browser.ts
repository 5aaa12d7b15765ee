import type { Browser } from 'playwright-core';
import { launchChromium } from '../../../../server/src/e2e/chromium.ts';

/** Starts the system's Chromium, with its pop-up blocker at work as it is for people. */
export function launchBrowser(): Promise<Browser> {
  return launchChromium();
}
