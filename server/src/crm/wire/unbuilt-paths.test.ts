import { afterAll, describe, expect, test } from 'vitest';
import { startCrm } from '../testing/crm-platform.ts';
import { hasMethod, hasPath, rows, sdk, served } from '../testing/sdk-coverage.ts';
import type { SdkPath } from '../testing/sdk-paths.ts';
import { unbuiltPaths } from './unbuilt-paths.ts';

/** Every path that the vendor's SDK builds is either a row of the table, or unknown: never taken for another one. */
const crm = await startCrm();
afterAll(() => crm.close());

const filled = ({ path, area }: SdkPath): string =>
  path
    .replaceAll(/\{module\w*\}/gi, area.startsWith('inventory_') ? 'Quotes' : 'Leads')
    .replaceAll(/\{relatedListAPIName\}/g, 'Notes')
    .replaceAll(/\{\w+\}/g, '1000001000010000099');
const answered = async (each: SdkPath) => {
  const { status, json } = await crm.call(each.method, filled(each), {
    ...(each.method === 'GET' ? {} : { rawBody: '{}' }),
  });
  return { status, code: json?.code as string | undefined };
};
const name = ({ method, path, area }: SdkPath): string => `${method} ${path} (${area})`;

test('all of its operations are read', () => {
  expect(sdk.length).toBe(425);
  expect(sdk.filter((each) => !served.includes(each)).map(name)).toEqual([
    'GET /{downloadUrl} (audit_log_export)',
    'GET /{downloadUrl} (backup)',
    'POST https://content.zohoapis.com/crm/v8/upload (bulk_write)',
    'GET /{downloadUrl} (bulk_write)',
  ]);
  expect(served.filter(({ path }) => path.includes('//') || path.endsWith('/'))).toEqual([]);
  expect(served.filter(hasPath).length).toBeGreaterThanOrEqual(200);
});

describe('what is not built', () => {
  const cases = served.filter((each) => !hasPath(each)).map((each) => [name(each), each] as const);
  test.each(cases)('%s', async (_, each) => {
    expect(await answered(each)).toEqual({ status: 404, code: 'INVALID_URL_PATTERN' });
  });
});

describe('what is built', () => {
  const cases = served.filter(hasPath).map((each) => [name(each), each] as const);
  test.each(cases)('%s', async (_, each) => {
    const { code } = await answered(each);
    expect(code).not.toBe('INVALID_URL_PATTERN');
    if (hasMethod(each)) expect(code).not.toBe('INVALID_REQUEST_METHOD');
    else expect(code).toBe('INVALID_REQUEST_METHOD');
  });
});

describe('what templates could swallow', () => {
  const id = '1000001000010000099';
  test.each([
    ...[`Contacts/roles/${id}/more`, `contacts/roles/${id}/more`],
    ...[`entity_scores__s/${id}/Notes`, `Entity_Scores__s/${id}/actions/clone`],
    ...['__zia_people_enrichment', `__zia_people_enrichment/${id}`, '__digest', '__anything', '%5F_digest'],
    ...[`Leads/${id}/__emails_sharing_details`, `Leads/${id}/__anything`, `Leads/${id}/__anything/${id}`],
    ...['signals', 'signals/notifications', 'functions/mine', 'functions/mine/actions/execute'],
    ...['Appointments__s', `Services__s/${id}`, `Leads/deleted/${id}/__anything`],
  ])('%s', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) {
      for (const version of ['v2', 'v8']) {
        const { status, json } = await crm.call(method, `/crm/${version}/${path}`);
        expect([method, version, status, json?.code]).toEqual([method, version, 404, 'INVALID_URL_PATTERN']);
      }
    }
  });

  test('leaves the paths beside it', async () => {
    for (const path of [
      'Contacts',
      `Contacts/${id}`,
      `Leads/${id}/actions/convert`,
      'Quotes',
      `Contacts/${id}/Notes`,
    ]) {
      const { json } = await crm.call('GET', `/crm/v8/${path}`);
      expect([path, json?.code]).not.toEqual([path, 'INVALID_URL_PATTERN']);
    }
  });

  test('names nothing that is built', () => {
    const paths = unbuiltPaths.map((path) => path.replaceAll(/\{\w+\}/g, '{}'));
    for (const row of rows) for (const path of paths) expect(`${row}/`.startsWith(`/crm/v8/${path}/`)).toBe(false);
  });
});
