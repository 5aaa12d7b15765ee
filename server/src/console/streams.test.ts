import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';
import { newClients, type Visitor, visit } from './testing/visitor.ts';
import type { Client, OrganizationList, ProtocolEvent } from './wire.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

/** A stream of server-sent events, read message by message. */
async function openStream(visitor: Visitor, path: string) {
  const controller = new AbortController();
  const response = await visitor.get(path, { signal: controller.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    response,
    close: () => controller.abort(),
    /** The next message; undefined at the end of the stream. */
    async next(): Promise<unknown> {
      for (;;) {
        const message = /^data: (.*)\n\n/m.exec(text);
        if (message) {
          text = text.slice(message.index + message[0].length);
          return JSON.parse(message[1] ?? '');
        }
        const part = await reader?.read();
        if (!part || part.done) return undefined;
        text += part.value;
      }
    },
  };
}

async function recordsPath(visitor: Visitor, module: string): Promise<string> {
  const { organizations } = await visitor.json<OrganizationList>('GET', '/organizations');
  const organizationId = organizations[0]?.organizationId ?? '';
  return `/records/stream?${new URLSearchParams({ environment: 'production', organizationId, module })}`;
}

test('records that an app adds, changes and deletes are told at once, those of other modules are not', async () => {
  const visitor = await visit(platform, 'records@example.com');
  const stream = await openStream(visitor, await recordsPath(visitor, 'Leads'));
  expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
  expect(stream.response.headers.get('x-content-type-options')).toBe('nosniff');
  const { organizations } = await visitor.json<OrganizationList>('GET', '/organizations');
  const space = `/crm/production/${organizations[0]?.organizationId}/v8`;
  const write = (method: string, path: string, record?: object) =>
    visitor.json<{ data: { details: { id: string } }[] }>(method, `${space}/${path}`, record && { data: [record] });
  await write('POST', 'Contacts', { Last_Name: 'Elsewhere' });
  const added = await write('POST', 'Leads', { Last_Name: 'New' });
  expect(await stream.next()).toEqual({ module: 'Leads' });
  const id = added.data[0]?.details.id;
  platform.clock.advance(1);
  await write('PUT', `Leads/${id}`, { Last_Name: 'Other' });
  expect(await stream.next()).toEqual({ module: 'Leads' });
  await write('DELETE', `Leads/${id}`);
  expect(await stream.next()).toEqual({ module: 'Leads' });
  stream.close();
});

test('what cannot be watched is refused with a reason', async () => {
  const visitor = await visit(platform, 'refused@example.com');
  const path = await recordsPath(visitor, 'Nonsense');
  expect(await visitor.refusal('GET', path)).toMatchObject({ status: 400, code: 'INVALID_MODULE' });
  expect(await visitor.refusal('GET', '/records/stream?environment=moon')).toMatchObject({ status: 404 });
  expect(await visitor.refusal('GET', '/records/stream?environment=production&module=a%20b')).toMatchObject({
    status: 400,
  });
});

test('what happens with a client is told to its owner, and the stream ends with the session', async () => {
  const visitor = await visit(platform, 'events@example.com');
  const client = await visitor.json<Client>('POST', '/clients', newClients.server);
  const stream = await openStream(visitor, `/clients/${client.clientId}/events/stream`);
  await fetch(`${visitor.session.dataCenter.accounts}/oauth/v2/auth?client_id=${client.clientId}&response_type=token`);
  const told = (await stream.next()) as ProtocolEvent;
  expect(told).toMatchObject({ kind: 'authorize', clientId: client.clientId, failed: true });
  expect(told.meaning.length).toBeGreaterThan(10);
  await visitor.json('POST', '/sign-out', {});
  while ((await stream.next()) !== undefined);
  expect((await visitor.get(`/clients/${client.clientId}/events/stream`)).status).toBe(401);
});

test('it ends also when the session is ended elsewhere', async () => {
  const [here, elsewhere] = [
    await visit(platform, 'twice@example.com'),
    await visit(platform, 'twice@example.com', { known: true }),
  ];
  const stream = await openStream(here, await recordsPath(here, 'Leads'));
  await elsewhere.json('DELETE', '/account/sessions');
  while ((await stream.next()) !== undefined);
  expect((await here.get('/session')).status).toBe(401);
  expect((await elsewhere.get('/session')).status).toBe(200);
}, 30_000);

test('a browser has six streams at most, and a closed one makes room', async () => {
  const visitor = await visit(platform, 'many@example.com');
  const path = await recordsPath(visitor, 'Leads');
  const streams = await Promise.all(Array.from({ length: 6 }, () => openStream(visitor, path)));
  expect(streams.map(({ response }) => response.status)).toEqual(Array(6).fill(200));
  expect(await visitor.refusal('GET', path)).toMatchObject({ status: 429, code: 'TOO_MANY_STREAMS' });
  streams.pop()?.close();
  await expect
    .poll(async () => {
      const stream = await openStream(visitor, path);
      if (stream.response.status === 200) streams.push(stream);
      return stream.response.status;
    })
    .toBe(200);
  for (const stream of streams) stream.close();
});
