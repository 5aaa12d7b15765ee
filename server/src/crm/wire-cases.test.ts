import { afterAll, describe, expect, test } from 'vitest';
import { contractCheck } from './testing/contract-check.ts';
import { mismatch, readContract, valuesAt, type WireCase, type WireStep } from './testing/contracts.ts';
import { startCrm } from './testing/crm-platform.ts';
import { multipart } from './testing/multipart.ts';

/** Cases whose operations are not built yet. The list only ever gets shorter. */
const notBuilt = new Set<string>();

const cases = (readContract('wire-cases.json') as { cases: WireCase[] } | undefined)?.cases ?? [];
const check = contractCheck();
const crm = await startCrm();
afterAll(() => crm.close());

/**
 * Cases that v2 answers in its own way (crm-api 2.2, 2.3): no mandatory fields or page tokens, 202 for failed writes, and a
 * string as `related_lists[].module`, for which the contract documents, those of v8, have an object.
 */
const otherInV2 =
  /^(list-(fields-required|info|token|page-and-token)|create-(mandatory|mixed|type|maxlen|bad-lookup|datetime-ms)|update-(bulk-no-id|bad-id)|delete-mixed|fields$|tags-flow|related-lists-meta)/;

describe.skipIf(cases.length === 0).each(['v8', 'v4', 'v2'])('wire cases of %s', (version) => {
  const ofVersion = cases.filter(({ id }) => !notBuilt.has(id) && !(version === 'v2' && otherInV2.test(id)));
  test.each(ofVersion)('$id: $why', async ({ id, steps }) => {
    const organization = await crm.newOrganization(id);
    const token = crm.tokenFor(organization.organizationId, organization.ownerZuid);
    const saved = new Map<string, unknown>([
      ['callback', 'http://127.0.0.1:9/'],
      ['now+1h', new Date(crm.clock.nowMs() + 3_600_000).toISOString().replace(/\.\d+/, '')],
    ]);
    for (const step of steps) {
      crm.clock.advance(1);
      await run(fill(step, saved, version), token, organization, saved);
    }
  });

  test('the list of cases that are not built names cases', () => {
    expect([...notBuilt].filter((id) => !cases.some((each) => each.id === id))).toEqual([]);
  });
});

function fill(step: WireStep, saved: ReadonlyMap<string, unknown>, version: string): WireStep {
  const ofVersion = JSON.stringify(step).replaceAll('/v8/', `/${version}/`);
  const text = ofVersion.replace(/\$\{([\w+]+)\}/g, (whole, name) => String(saved.get(name) ?? whole));
  return JSON.parse(text);
}

async function run(
  { request: single, poll, until = {}, expect: expected, save }: WireStep,
  fullToken: string,
  organization: { organizationId: string; ownerZuid: string },
  saved: Map<string, unknown>,
): Promise<void> {
  const request: WireStep['request'] = single ?? poll;
  const { scopes, auth } = request;
  const token = scopes ? crm.tokenWithScopes(scopes, organization) : fullToken;
  const form = request.multipart && multipart(request.multipart);
  const options = {
    token: auth === 'none' ? null : auth === 'garbage' ? '1000.garbage' : token,
    ...(request.query ? { query: request.query } : {}),
    headers: Object.fromEntries(
      Object.entries({ ...bulkHeaders(request.path), ...form?.headers, ...request.headers }).filter(
        (entry): entry is [string, string] => entry[1] !== null,
      ),
    ),
    ...(request.body === undefined ? {} : { body: request.body }),
    ...(request.rawBody === undefined ? {} : { rawBody: request.rawBody }),
    ...(form ? { rawBody: form.rawBody } : {}),
  };
  let answer = await crm.call(request.method, request.path, options);
  while (Object.entries(until).some(([path, value]) => valuesAt(path, answer.json)[0] !== value)) {
    expect(answer.status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 20));
    answer = await crm.call(request.method, request.path, options);
  }
  expect([expected.status].flat(), answer.text).toContain(answer.status);
  if (expected.body !== undefined) expect(answer.text).toBe(expected.body);
  for (const name of expected.zipEntries ?? []) expect(answer.bytes.includes(name)).toBe(true);
  for (const name of expected.headerPresent ?? []) expect(answer.headers[name.toLowerCase()]).toBeDefined();
  if (expected.json !== undefined) expect(mismatch(expected.json, answer.json)).toBeUndefined();
  if (expected.codeIn)
    expect(expected.codeIn).toContain(answer.json.code ?? valuesAt('$.data[0].code', answer.json)[0]);
  if (expected.contains)
    expect(valuesAt(expected.contains[0], answer.json)).toEqual(expect.arrayContaining([...expected.contains[1]]));
  expect(check?.(request.method, request.path, answer.status, answer.json)).toBeUndefined();
  for (const [name, path] of Object.entries(save ?? {})) saved.set(name, valuesAt(path, answer.json)[0]);
}

/** Bulk calls are the only ones whose clients name the type of the body. */
function bulkHeaders(path: string): Record<string, string> {
  return path.startsWith('/crm/bulk/') ? { 'content-type': 'application/json' } : {};
}
