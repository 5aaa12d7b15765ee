import { createInterface } from 'node:readline';
import { HttpBrowser, signIn } from '../../../server/src/testing/http-browser.ts';

/**
 * People who sign in, in a process of its own so that it does not slow down what is measured: so many whole sign-ins begin in
 * each second, each in a new browser, whether or not those before are done. The line `go` starts them, `stop` ends them and
 * is answered with what was done.
 */
const { ACCOUNTS = '', EMAIL = '', PASSWORD = '', PER_SECOND = '20' } = process.env;
const basePort = Number(new URL(ACCOUNTS).port);

let done = 0;
let failed = 0;
let firstError: string | undefined;
const running = new Set<Promise<void>>();

async function signInOnce(): Promise<void> {
  try {
    const browser = new HttpBrowser(basePort);
    const page = await signIn(browser, await browser.get(`${ACCOUNTS}/signin`), EMAIL, PASSWORD);
    if (page.status !== 200 || page.html.includes('name="password"')) throw new Error(`${page.status} ${page.url}`);
    done++;
  } catch (error) {
    failed++;
    firstError ??= String(error);
  }
}

let timer: NodeJS.Timeout | undefined;
let beganAt = 0;
createInterface({ input: process.stdin }).on('line', async (line) => {
  if (line === 'go') {
    [done, failed, beganAt] = [0, 0, performance.now()];
    timer = setInterval(() => {
      const one = signInOnce().finally(() => running.delete(one));
      running.add(one);
    }, 1000 / Number(PER_SECOND));
    return;
  }
  clearInterval(timer);
  const perSecond = done / ((performance.now() - beganAt) / 1000);
  await Promise.all(running);
  process.stdout.write(`${JSON.stringify({ perSecond, done, failed, firstError })}\n`);
});
process.stdout.write(`${JSON.stringify({ port: basePort })}\n`);
