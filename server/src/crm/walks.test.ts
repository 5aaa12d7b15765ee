import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { checkedCalls } from './testing/checked-call.ts';
import { startCrm } from './testing/crm-platform.ts';

/** The walks of docs/architecture.md through the CRM are short, and name only files that such a call runs. */
const crm = await startCrm();
afterAll(() => crm.close());
const { one } = checkedCalls(crm);
const source = fileURLToPath(new URL('../', import.meta.url));
const page = readFileSync(join(source, '../../docs/architecture.md'), 'utf8');

/** The files that a walk names, each once, in its order. */
function namedIn(walk: string): string[] {
  const text = page.split(/^### /m).find((section) => section.startsWith(`${walk}\n`)) ?? '';
  const files = [...(text.split(/^## /m)[0] as string).matchAll(/`(crm\/[\w/-]+\.ts)`/g)].map(
    ([, file]) => file as string,
  );
  return [...new Set(files)].filter((file) => !file.endsWith('.test.ts'));
}

/** The files of which a function ran, of those that hold more than data. */
async function runBy(work: () => Promise<unknown>): Promise<Set<string>> {
  // What happens at the first time only is no part of the walk.
  await work();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await session.post('Profiler.takePreciseCoverage');
  await work();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  session.disconnect();
  const ran = result.filter(({ functions }) => functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0));
  return new Set(ran.map(({ url }) => url.replace(/^.*\/server\/src\//, '').replace(/\?.*$/, '')));
}

/** Tables of operations and the chain of writes are data, which the router and the runner of steps have read. */
const isData = (file: string) => /(?:operations|chain)\.ts$/.test(file);

test.each([
  ['A read', 12],
  ['An insert', 25],
])('%s goes through %i files at most', (walk, most) => {
  const files = namedIn(walk);
  expect(files.length).toBeGreaterThan(10);
  expect(files.length).toBeLessThanOrEqual(most);
});

test('each file of a walk is one that the call runs', async () => {
  const lead = await one('Leads', { Last_Name: 'Walker' });
  const read = await runBy(() => crm.call('GET', `/crm/v8/Leads/${lead}`));
  expect(namedIn('A read').filter((file) => !isData(file) && !read.has(file))).toEqual([]);
  const body = { data: [{ Last_Name: 'Walker', Company: 'C' }] };
  const insert = await runBy(() => crm.call('POST', '/crm/v8/Leads', { body }));
  expect(namedIn('An insert').filter((file) => !isData(file) && !insert.has(file))).toEqual([]);
  // The walk of a read does no writing.
  expect([...read].filter((file) => file.startsWith('crm/records/rules/'))).toEqual([]);
});
