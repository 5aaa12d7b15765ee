import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLabStage } from '../lab/testing/lab-stage.ts';
import { startTestPlatform } from '../testing/test-platform.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

/** An OTLP collector: keeps what it is sent. */
const collected: { service: unknown; spans: Span[] }[] = [];
const texts: string[] = [];
let collector: Server;
/** Whether it answers. */
let answers = true;
let stage: Awaited<ReturnType<typeof startLabStage>>;
const saved = process.env.OTEL_EXPORTER_OTLP_ENDPOINT;

beforeAll(async () => {
  collector = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    if (!answers) return;
    texts.push(text);
    for (const { resource, scopeSpans } of JSON.parse(text).resourceSpans) {
      collected.push({ service: resource, spans: scopeSpans.flatMap(({ spans }: { spans: Span[] }) => spans) });
    }
    response.setHeader('content-type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  stage = await startLabStage({ settings: { tracing: true } });
});
afterAll(() => {
  if (saved === undefined) delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  else process.env.OTEL_EXPORTER_OTLP_ENDPOINT = saved;
  collector?.close();
  collector?.closeAllConnections();
});

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentId = '00f067aa0ba902b7';
const attributesOf = (span: Span | undefined) =>
  Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]));

test('a request goes on with the trace that it names, with its statements; nothing of its content is told', async () => {
  const { access_token: token } = await stage.exchange();
  const answer = await fetch(`${stage.api}/crm/v8/Leads?fields=Last_Name&criteria=secret-question`, {
    headers: { authorization: `Zoho-oauthtoken ${token}`, traceparent: `00-${traceId}-${parentId}-01` },
  });
  expect(answer.status).toBeLessThan(500);
  // The end of the platform delivers what is left.
  await stage.platform.stop();
  const spans = collected.flatMap((each) => each.spans);
  const traced = spans.filter((span) => span.traceId === traceId);
  const request = traced.find(({ parentSpanId }) => parentSpanId === parentId);
  expect(request?.name).toBe('GET {module}');
  expect(attributesOf(request)).toMatchObject({
    ...{
      'http.request.method': 'GET',
      'http.route': '{module}',
      'grantway.data_center': 'us',
      'grantway.service': 'api',
    },
    'grantway.request_id': answer.headers.get('x-request-id'),
  });
  const statements = traced.filter(({ parentSpanId }) => parentSpanId === request?.spanId);
  expect(statements.length).toBeGreaterThan(0);
  expect(attributesOf(statements[0])).toEqual({ 'db.system.name': 'postgresql', 'db.namespace': 'us' });
  // A request without a trace begins one.
  const exchange = spans.find(({ name }) => name === 'POST /oauth/v2/token');
  expect(exchange?.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(exchange?.traceId).not.toBe(traceId);
  expect(JSON.stringify(collected[0]?.service)).toContain('"grantway"');
  const told = texts.join();
  for (const secret of [token, 'secret-question', stage.self.client_secret]) expect(told).not.toContain(secret);
});

test.each(['does not answer', 'is not there'])(
  'a collector that %s: one line says so, and the end tells how many spans were lost',
  async (is) => {
    answers = false;
    const { OTEL_EXPORTER_OTLP_ENDPOINT: reachable } = process.env;
    // Nothing listens on this port.
    if (is === 'is not there')
      process.env.OTEL_EXPORTER_OTLP_ENDPOINT = 'http://me:secret-part@127.0.0.1:1/?key=secret-part';
    const lines: { msg: string; spans?: number }[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line)) });
    const platform = await startTestPlatform({ settings: { tracing: true, shutdown: { graceSeconds: 1 } }, log });
    const { accounts = '' } = platform.topology.find('us')?.origins ?? {};
    const call = async () => {
      for (let number = 0; number < 3; number++) await fetch(`${accounts}/oauth/serverinfo`);
    };
    await call();
    // Calls that a second delivery is for: it would be told as well, if each were.
    if (is === 'is not there') {
      await expect.poll(() => lines.length, { timeout: 20_000 }).toBe(1);
      await call();
    }
    await platform.stop();
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = reachable;
    if (is === 'is not there') {
      const failures = lines.filter(({ msg }) => msg.startsWith('traces could not be delivered'));
      expect(failures.map(({ msg }) => msg)).toEqual([
        'traces could not be delivered to http://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1; OTEL_EXPORTER_OTLP_ENDPOINT names the collector',
      ]);
    }
    for (const each of ['secret-part', 'node_modules', '"stack"']) expect(JSON.stringify(lines)).not.toContain(each);
    const lost = lines.filter(({ msg }) => msg.startsWith('spans were lost'));
    expect(lost).toHaveLength(1);
    expect(lost[0]?.spans).toBeGreaterThanOrEqual(3);
  },
);
