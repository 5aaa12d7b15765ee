import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { visit } from '../console/testing/visitor.ts';
import type { Client, OrganizationList } from '../console/wire.ts';
import { unzip } from '../crm/work/bulk/testing/zips.ts';
import { testPassword } from '../testing/test-platform.ts';
import { type Stage, startStage } from './stage.ts';
import { addLead, chooseEnvironment, giveName, givePassword, windowOf } from './steps.ts';

/** The zip of a client's page, unpacked and served by any static web server, is an app that adds a lead. */
let stage: Stage;
let server: FastifyInstance;
const folder = mkdtempSync(join(tmpdir(), 'grantway-sample-'));

beforeAll(async () => {
  stage = await startStage();
  server = Fastify();
  server.register(fastifyStatic, { root: folder });
});
afterAll(async () => {
  await stage?.close();
  await server?.close();
  rmSync(folder, { recursive: true });
});

async function unpack(zip: Buffer): Promise<string[]> {
  const files = await unzip(zip);
  for (const [name, content] of files) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return [...files.keys()];
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

test('from the download to the first lead', async () => {
  const visitor = await visit(stage.platform, 'zip@example.com');
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const client = await visitor.json<Client>('POST', '/clients', {
    ...{ type: 'browser', name: 'From a zip', homepageUrl: `${origin}/`, javascriptDomains: [origin] },
    redirectUris: [`${origin}/jssdktest/app/redirect.html`],
  });
  const download = () => visitor.get(`/clients/${client.clientId}/sample.zip`);
  const response = await download();
  expect(response.headers.get('content-type')).toBe('application/zip');
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="jssdktest.zip"');
  const zip = Buffer.from(await response.arrayBuffer());
  expect(zip.equals(Buffer.from(await (await download()).arrayBuffer()))).toBe(true);
  const names = await unpack(zip);
  const wanted = ['index.html', 'view.html', 'app/redirect.html', 'js/zcrmsdk.js', 'js/processData.js', 'js/config.js'];
  expect(names).toEqual(expect.arrayContaining(wanted.map((name) => `jssdktest/${name}`)));
  expect(names.filter((name) => !name.startsWith('jssdktest/') || name.endsWith('.ts'))).toEqual([]);

  await server.listen({ port, host: '127.0.0.1' });
  const { page, problems } = await stage.open();
  await page.goto(`${origin}/jssdktest/index.html`);
  const opened = await windowOf(page, () => addLead(page, 'Unzipped'));
  await giveName(opened, 'zip@example.com');
  await givePassword(opened, testPassword);
  await chooseEnvironment(opened);
  await Promise.all([opened.waitForEvent('close'), opened.getByRole('button', { name: 'Accept' }).click()]);
  await page.getByText('Ana Unzipped was added.').waitFor();
  expect(problems).toEqual([]);
  const { organizations } = await visitor.json<OrganizationList>('GET', '/organizations');
  const leads = await visitor.get(`/crm/production/${organizations[0]?.organizationId}/v8/Leads?fields=Last_Name`);
  expect(await leads.json()).toMatchObject({ data: [{ Last_Name: 'Unzipped' }] });
});

test('other types have none, and the sample app gives the one of the demo', async () => {
  const visitor = await visit(stage.platform, 'zip@example.com', { known: true });
  const self = { type: 'self', name: '', homepageUrl: null, redirectUris: [], javascriptDomains: [] };
  const { clientId } = await visitor.json<Client>('POST', '/clients', self);
  expect(await visitor.refusal('GET', `/clients/${clientId}/sample.zip`)).toMatchObject({
    status: 409,
    code: 'WRONG_TYPE',
  });

  const response = await fetch(`${stage.sampleOrigin('browser')}/jssdktest.zip`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/zip']);
  const files = await unzip(Buffer.from(await response.arrayBuffer()));
  const config = files.get('jssdktest/js/config.js');
  expect(config).toContain(stage.clients.browser);
  expect(config).toContain(stage.origin('us'));
  expect(config).toContain(stage.origin('cn'));
});
