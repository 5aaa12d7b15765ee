import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type LaunchOptions } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** How to start the machine's Chromium; the pop-up blocker stays at work, as it is for people. */
export function chromiumOptions(): LaunchOptions {
  return {
    executablePath: findChromium(),
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

/** The Chromium that `npm test` has found, or installed: GRANTWAY_CHROMIUM, or the first of the usual names on PATH. */
function findChromium(): string {
  const named = process.env.GRANTWAY_CHROMIUM;
  if (named) return named;
  const files = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const found = files.find((file) => existsSync(file));
  if (!found) throw new Error('the browser tests need Chromium; `npm test` installs it or says what is missing');
  return found;
}
