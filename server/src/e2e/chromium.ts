import { chromium, type LaunchOptions } from 'playwright-core';
import { findChromium } from '../../../tools/find-programs.mjs';

/** How to start the machine's Chromium; the pop-up blocker stays at work, as it is for people. */
export function chromiumOptions(): LaunchOptions {
  const executablePath = findChromium();
  if (!executablePath)
    throw new Error('the browser tests need Chromium; `npm test` installs it or says what is missing');
  return {
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    ignoreDefaultArgs: ['--disable-popup-blocking'],
  };
}

export function launchChromium() {
  return chromium.launch(chromiumOptions());
}
