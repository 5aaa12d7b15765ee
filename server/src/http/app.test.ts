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
