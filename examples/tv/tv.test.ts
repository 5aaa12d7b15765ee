import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspectPage } from '../../server/src/e2e/inspect-page.ts';
import { type DataCenterId, type Stage, startStage } from '../../server/src/e2e/stage.ts';
import { chooseEnvironment, signIn } from '../../server/src/e2e/steps.ts';
import { authorize, HttpBrowser } from '../../server/src/testing/http-browser.ts';
import { startAlone } from '../shared/testing/start-alone.ts';

/** The TV app, on pages and in the terminal, against one platform with five data centres. */
let stage: Stage;
const folder = mkdtempSync(join(tmpdir(), 'grantway-tv-'));

beforeAll(async () => {
  stage = await startStage({ samples: ['server', 'device'], settings: { compatibility: { deviceIntervalMs: 300 } } });
  await addLead('us', 'Seen on TV');
});
afterAll(async () => {
  await stage?.close();
  rmSync(folder, { recursive: true });
});

const tvOrigin = () => stage.sampleOrigin('device');

/** A lead of a user, made with a token of the server-based client. */
async function addLead(dataCenter: DataCenterId, lastName: string): Promise<void> {
  const client_id = stage.clients.server ?? '';
  const { us: client_secret = '' } = await stage.platform.admin.clients.secrets.tellNewest(client_id as never);
  const redirect_uri = `${stage.sampleOrigin('server')}/callback`;
  const query = new URLSearchParams({ client_id, redirect_uri, response_type: 'code', scope: 'ZohoCRM.modules.ALL' });
  const browser = new HttpBrowser(stage.platform.basePort);
  const address = await authorize(browser, `${stage.origin('us')}/oauth/v2/auth?${query}`, stage.user(dataCenter));
  const code = new URL(address).searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', client_id, client_secret, redirect_uri, code };
  const token = await fetch(`${stage.origin(dataCenter)}/oauth/v2/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  const { access_token } = (await token.json()) as { access_token: string };
  const added = await fetch(`${stage.origin(dataCenter, 'api')}/crm/v8/Leads`, {
    method: 'POST',
    headers: { authorization: `Zoho-oauthtoken ${access_token}` },
    body: JSON.stringify({ data: [{ Last_Name: lastName, Company: 'Zylker', Lead_Status: 'Contacted' }] }),
  });
  expect(added.status).toBe(201);
}

/** The user takes the code of a device, on another screen. */
async function answerDevice(userCode: string, home: DataCenterId, decision: 'Accept' | 'Reject'): Promise<void> {
  const { context, page } = await stage.open();
  await page.goto(`${stage.origin(home === 'cn' ? 'cn' : 'us')}/oauth/v3/device?user_code=${userCode}`);
  await signIn(page, stage.user(home));
  await chooseEnvironment(page);
  await page.getByRole('button', { name: decision }).click();
  await page.waitForURL(/\/device\/done/);
  await context.close();
}

const userCode = (page: Page) =>
  page
    .locator('#user-code')
    .textContent()
    .then((text) => text ?? '');

test('each page is a device of its own; users of two data centres connect, and see their leads', async () => {
  const { context, page, problems } = await stage.open();
  const second = await context.newPage();
  await page.goto(tvOrigin());
  await second.goto(tvOrigin().replace('localhost', '127.0.0.1'));
  const codes = [await userCode(page), await userCode(second)];
  expect(codes).toEqual([
    expect.stringMatching(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/),
    expect.not.stringMatching(codes[0] ?? ''),
  ]);
  await expect.poll(() => page.getByRole('main').textContent()).toContain(`${stage.origin('us')}/oauth/v3/device`);
  await expect.poll(() => page.getByRole('img', { name: /QR code/ }).count()).toBe(1);
  await inspectPage(page, 'tv-waiting');

  await answerDevice(codes[0] ?? '', 'us', 'Accept');
  await answerDevice(codes[1] ?? '', 'in', 'Accept');
  await page.getByText('Connected').waitFor();
  await page.getByText('Seen on TV').waitFor();
  await second.getByText('Connected').waitFor();
  await second.getByText(`${stage.user('in').email} · IN · production`).waitFor();
  expect(await stage.event('us', 'device-token', 'DeviceApprovedElsewhere')).toBeDefined();
  await inspectPage(page, 'tv-connected');

  // Loaded again it is the same device, and after the hour it has another access token.
  stage.platform.clock.advance(3600);
  await page.reload();
  await page.getByText('The access token was renewed once').waitFor();
  for (const each of [page, second]) expect(await each.content()).not.toMatch(/100[04]\.[0-9a-f]{32}/);
  // Nobody else sees its screen.
  const stranger = await stage.open();
  await stranger.page.goto(page.url());
  await expect.poll(() => stranger.page.getByText('Seen on TV').count()).toBe(0);

  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.getByText('Connect this TV').waitFor();
  expect(await stage.event('us', 'revoke', 'Success')).toBeDefined();
  expect(problems).toEqual([]);
  await context.close();
});

test('a refusal and the end of the code are told in words; China has a start of its own', async () => {
  const { context, page, problems } = await stage.open();
  await page.goto(tvOrigin());
  await answerDevice(await userCode(page), 'eu', 'Reject');
  await page.getByText('Access was refused').waitFor();
  await expect.poll(() => page.getByRole('alert').textContent()).toContain('access_denied');
  await inspectPage(page, 'tv-refused');

  await page.getByRole('link', { name: 'New code' }).click();
  await page.getByText('Connect this TV').waitFor();
  stage.platform.clock.advance(301);
  await page.getByText('The code has expired').waitFor();

  await page.getByRole('link', { name: /China/ }).click();
  await page.getByText(`${stage.origin('cn')}/oauth/v3/device`).waitFor();
  await answerDevice(await userCode(page), 'cn', 'Accept');
  await page.getByText('Connected').waitFor();
  expect(problems).toEqual([]);
  await context.close();
});

test('connects in the terminal, and needs no new code the next time', async () => {
  const client_id = stage.clients.device ?? '';
  const { us = '' } = await stage.platform.admin.clients.secrets.tellNewest(client_id as never);
  const env = {
    CLIENT_ID: client_id,
    CLIENT_SECRET: us,
    ACCOUNTS: stage.origin('us'),
    KEEP_IN: join(folder, 'tv data'),
  };
  const app = startAlone('tv', folder, ['--terminal', '--once'], env);
  await app.says('Waiting for you');
  expect(app.output()).toContain(`Open ${stage.origin('us')}/oauth/v3/device\n`);
  expect(app.output()).toContain('▄▄▄▄▄');
  await answerDevice(/code (\S+),/.exec(app.output())?.[1] ?? '', 'us', 'Accept');
  expect([await app.end(), app.output()]).toEqual([
    0,
    expect.stringMatching(/Connected: robin\.us@demo\.example at us, production\n.*Seen on TV, Zylker/s),
  ]);
  const again = startAlone('tv', folder, ['--terminal', '--once'], env);
  expect([await again.end(), again.output()]).toEqual([0, expect.stringMatching(/^Connected: /)]);
});
