import { expect, test } from 'vitest';
import { systemRandom } from '../foundation/random.ts';
import { createApp, type Dialect } from './app.ts';
import { silentLog } from './log.ts';

const none = () => undefined;
const dialect: Dialect = { notFound: none, unreadable: none, malformed: {}, failed: none, unavailable: none };
const options = { random: systemRandom, log: silentLog, dialect, trustProxy: false, secure: false };

test('a request has two minutes to arrive, or what its listener gives it; in silence never more', () => {
  const usual = createApp({ ...options, bodyLimitBytes: 1 });
  const patient = createApp({ ...options, bodyLimitBytes: 1, requestTimeoutMs: 1_800_000 });
  const timesOf = ({ server }: typeof usual) => [server.requestTimeout, server.timeout];
  expect(timesOf(usual)).toEqual([120_000, 120_000]);
  expect(timesOf(patient)).toEqual([1_800_000, 120_000]);
});

test('META-03 behind https every answer, refusals too, keeps browsers there for a year or more', async () => {
  const answers = async (secure: boolean) => {
    const app = createApp({
      ...options,
      dialect: { ...dialect, notFound: (_, reply) => reply.send() },
      bodyLimitBytes: 1,
      secure,
    });
    app.get('/', async () => 'fine');
    const headers = await Promise.all(['/', '/nothing'].map(async (url) => (await app.inject({ url })).headers));
    await app.close();
    return headers.map((each) => each['strict-transport-security']);
  };
  for (const value of await answers(true))
    expect(Number(/max-age=(\d+)/.exec(String(value))?.[1])).toBeGreaterThanOrEqual(31_536_000);
  expect(await answers(false)).toEqual([undefined, undefined]);
});
