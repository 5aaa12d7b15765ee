import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Operation } from './kernel/operation.ts';
import type { Schema } from './kernel/schema.ts';
import { type Answer, startCrm } from './testing/crm-platform.ts';
import { everyOperation, examples, nameOf, pathOf } from './testing/examples/examples.ts';
import { type Example, makeWorld } from './testing/examples/world.ts';

/**
 * Characters that nothing can hold, in every place of every operation: NUL and other control characters, halves of
 * surrogate pairs, what is no UTF-8. They are refused in the form of the API and are no fault of ours.
 */
const crm = await startCrm();
afterAll(() => crm.close());
const world = await makeWorld(crm);

const controls = ['a\u0000b', '\u0001', 'a\u001f', '\u007f'];
const texts = ['a\u0000b', 'a\ud800b', 'a\u0001b'];
const calls = new Map<string, Example>();
beforeAll(async () => {
  for (const operation of everyOperation) {
    crm.clock.advance(1);
    calls.set(nameOf(operation), (await examples[nameOf(operation)]?.(world)) ?? {});
  }
});
const goodCall = (operation: Operation) => calls.get(nameOf(operation)) as Example;
const send = (operation: Operation, example: Example) =>
  crm.call(operation.method, pathOf(operation, example), example);
const brief = ({ status, json }: Answer) => [status, json?.code, json?.details];

/** Where the placeholders stand among the parts of the path after the version. */
const placeholdersOf = ({ path }: Operation) =>
  path
    .replace(/^\/\w+\//, '')
    .split('/')
    .flatMap((part, place) => (part.startsWith('{') ? [place] : []));

const cases = everyOperation.map((operation) => [nameOf(operation), operation] as const);
const withBody = cases.filter(([, { about, takesFiles }]) => about.body && !takesFiles);

test.each(cases)('in the path and the parameters: %s', async (_, operation) => {
  const call = goodCall(operation);
  for (const text of controls) {
    for (const at of call.path?.keys() ?? []) {
      const answer = await send(operation, { ...call, path: (call.path as string[]).with(at, text) });
      expect(brief(answer)).toEqual([400, 'INVALID_DATA', { resource_path_index: placeholdersOf(operation)[at] }]);
    }
    for (const name of [...(operation.about.query ?? []).map((each) => each.name), 'unknown']) {
      const answer = await send(operation, { ...call, query: { ...call.query, [name]: text } });
      expect(brief(answer)).toEqual([400, 'INVALID_DATA', { param_name: name }]);
    }
  }
});

/** Operations that say of each item what is wrong with it, with another status than 400. */
const answersByItem = new Set([
  'POST {module}/{id}/actions/get_related_records_count',
  'POST {module}/actions/mass_update',
  'POST __composite_requests',
]);

test.each(withBody)('in the texts of the body: %s', async (name, operation) => {
  const call = goodCall(operation);
  for (const at of textsIn(call.body)) {
    for (const text of texts) {
      const answer = await send(operation, { ...call, body: withValue(call.body, at, text) });
      if (answersByItem.has(name)) expect(answer.text).toMatch(/"status":"error"|"status_code":400/);
      else expect([at, answer.status]).toEqual([at, 400]);
    }
  }
});

test.each(withBody)('in whatever else the body may have: %s', async (_, operation) => {
  const call = goodCall(operation);
  for (const [index, at] of spread(placesOf(operation.about.body as Schema)).entries()) {
    const text = texts[index % texts.length] as string;
    const value = [text, [text], { id: text, name: text }][index % 4] ?? text;
    const answer = await send(operation, { ...call, body: withValue(call.body ?? {}, at, value) });
    expect([at, answer.status < 500, answer.text]).toEqual([at, true, answer.text]);
  }
});

test('that are no UTF-8', async () => {
  const asked = (path: string) => crm.call('GET', path);
  for (const bad of ['%ED%A0%80', '%ff', '%C3%28']) {
    expect(brief(await asked(`/crm/v8/Leads/search?word=${bad}`))).toEqual([
      400,
      'INVALID_DATA',
      { param_name: 'word' },
    ]);
    const inPath = await asked(`/crm/v8/Leads/${bad}`);
    expect([bad, inPath.status, inPath.json.code]).toEqual([bad, 400, 'INVALID_REQUEST']);
  }
});

test('behind the escapes of criteria and filters', async () => {
  const value = 'a\u0000b';
  const filters = JSON.stringify({ field: { api_name: 'path' }, comparator: 'contains', value });
  for (const [path, query] of [
    ['__apis', { filters }],
    ['Leads/search', { criteria: '(Last_Name:equals:\\\u0000)' }],
    ['settings/recycle_bin', { filters: filters.replace('path', 'display_name') }],
    [`Leads/${await world.lead()}/__timeline`, { filters: filters.replace('path', 'action') }],
  ] as const) {
    const answer = await crm.call('GET', `/crm/v8/${path}`, { query });
    expect([path, answer.status, answer.json?.code]).toEqual([path, 400, 'INVALID_DATA']);
  }
  for (const where of ["Last_Name = 'a\u0000'", "Last_Name like '%\u0001%'", "Last_Name in ('\ud800')"]) {
    const body = { select_query: `select id from Leads where ${where}` };
    expect((await crm.call('POST', '/crm/v8/coql', { body })).status).toBe(400);
  }
});

test('white space and letters of every script are none of them', async () => {
  const Description = 'tab\tline\nreturn\r vertical\u000b form\u000c 你好 😀 \u0092 \u202e';
  const id = await world.lead({ Description });
  expect((await crm.call('GET', `/crm/v8/Leads/${id}`)).json.data[0].Description).toBe(Description.trimEnd());
});

type Place = readonly (string | number)[];

/** At most forty of them, from the first to the last: records have hundreds of fields, whose readers are few. */
function spread(places: readonly Place[]): readonly Place[] {
  const step = Math.max(1, Math.ceil(places.length / 40));
  return places.filter((_, index) => index % step === 0);
}

/** Where texts stand in a body. */
function textsIn(value: unknown, at: Place = []): Place[] {
  if (typeof value === 'string') return [at];
  if (typeof value !== 'object' || value === null) return [];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => textsIn((value as Record<string | number, unknown>)[key], [...at, key]));
}

/** Every key that the description has of a body; of lists the first item. */
function placesOf(schema: Schema, at: Place = [], depth = 0): Place[] {
  if (depth > 8) return [];
  const {
    properties = {},
    items,
    anyOf = [],
  } = schema as {
    properties?: Record<string, Schema>;
    items?: Schema;
    anyOf?: readonly Schema[];
  };
  return [
    ...Object.entries(properties).flatMap(([key, each]) => [[...at, key], ...placesOf(each, [...at, key], depth + 1)]),
    ...(items ? placesOf(items, [...at, 0], depth + 1) : []),
    ...anyOf.flatMap((each) => placesOf(each, at, depth + 1)),
  ];
}

function withValue(body: unknown, [key, ...rest]: Place, value: unknown): unknown {
  if (key === undefined) return value;
  const whole = typeof body === 'object' && body !== null ? body : typeof key === 'number' ? [] : {};
  const inner = withValue((whole as Record<string | number, unknown>)[key], rest, value);
  return Array.isArray(whole) ? Object.assign([...whole], { [key]: inner }) : { ...whole, [key]: inner };
}
