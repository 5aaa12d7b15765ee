import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { bundle } from '../../build.ts';
import type { Zcrm } from '../zcrm/zcrm.ts';
import { launchBrowser } from './browser.ts';
import { type Accounts, type Api, type Running, startAccounts, startApi, startApp } from './servers.ts';

declare global {
  // What the script-tag build puts into a page; tests use it inside `page.evaluate`.
  var ZCRM: Zcrm;
}

/** The sample application; its redirect page serves the tests as well. */
export const sampleFolder = join(import.meta.dirname, '../../../../examples/browser-leads');

/** How applications of the original SDK store the answer: every property, no check of the state. */
const plainRedirect = `
  const properties = Object.fromEntries(location.hash.slice(1).split('&').map((part) => part.split('=')));
  for (const key in properties)
    localStorage.setItem(key, key === 'api_domain' ? decodeURIComponent(properties[key]) : properties[key]);
  setTimeout(() => window.close(), 0);`;

const initialize = `ZCRM.API.SDK.initialize(JSON.parse(localStorage.config))`;

/** Everything a browser test needs: one browser and the three servers. */
export interface Workbench {
  readonly app: Running;
  readonly accounts: Accounts;
  readonly api: Api;
  /** Makes the application serve something under a path. */
  serve(path: string, content: string): void;
  /** A page in a profile of its own, with what its scripts failed at. */
  open(path: string): Promise<{ context: BrowserContext; page: Page; problems: string[] }>;
  /** Forgets what the servers were asked and told, and closes all pages. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Builds the SDK in memory and starts the browser and the servers. */
export async function startWorkbench(): Promise<Workbench> {
  const [script, module, browser, accounts, api]: [string, string, Browser, Accounts, Api] = await Promise.all([
    bundle('zcrmsdk.js'),
    bundle('index.js'),
    launchBrowser(),
    startAccounts(),
    startApi(),
  ]);
  const head = '<!doctype html><meta charset="utf-8"><title>Test</title><link rel="icon" href="data:,">';
  const pages: Record<string, string> = {
    '/bare.html': `${head}<body><script src="/js/zcrmsdk.js"></script></body>`,
    '/auto.html': `${head}<body><script src="/js/zcrmsdk.js"></script><script src="/auto.js"></script></body>`,
    '/auto.js': initialize,
    '/sdk.html': `${head}<script type="module" src="/module.js"></script>`,
    '/module.js': `import { createClient } from '/sdk.js'; Object.assign(globalThis, { createClient });`,
    '/plain/redirect.html': `${head}<script src="/plain/redirect.js"></script>`,
    '/plain/redirect.js': plainRedirect,
    '/js/zcrmsdk.js': script,
    '/js/grantway-browser.js': module,
    '/sdk.js': module,
  };
  const app = await startApp(pages, sampleFolder);
  return {
    app,
    accounts,
    api,
    serve(path, content) {
      pages[path] = content;
    },
    async open(path) {
      const context = await browser.newContext();
      const problems: string[] = [];
      context.on('weberror', (error) => problems.push(String(error.error())));
      const page = await context.newPage();
      await page.goto(app.origin + path);
      return { context, page, problems };
    },
    async reset() {
      accounts.requests.length = 0;
      api.requests.length = 0;
      accounts.answer = () => null;
      accounts.tokens = () => ({});
      accounts.locations = {};
      api.answer = () => ({});
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    async close() {
      await browser.close();
      await Promise.all([app.close(), accounts.close(), api.close()]);
    },
  };
}

/** Puts a token into the page's storage as a redirect page would. */
export async function putToken(
  page: Page,
  apiOrigin: string,
  token = 't1',
  more: Record<string, string> = {},
): Promise<void> {
  const values = { access_token: token, api_domain: apiOrigin, expires_in: '3600', location: 'in', ...more };
  await page.evaluate((given) => Object.assign(localStorage, given), {
    __token_init: String(Date.now()),
    ...values,
  });
}

/** What the page keeps under a name. */
export function stored(page: Page, name: string): Promise<string | null> {
  return page.evaluate((key) => localStorage.getItem(key), name);
}
