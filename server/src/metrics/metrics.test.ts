import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform?.stop());

const admin = (path: string) =>
  fetch(`${platform.adminOrigin}${path}`, { headers: { authorization: `Bearer ${platform.admin.adminToken}` } });

test('metrics tell of answers, connections, token look-ups and jobs, and of nothing that came with a request', async () => {
  const { api, accounts } = platform.topology.find('us')?.origins ?? {};
  const secret = `1000.${'ab'.repeat(16)}.${'cd'.repeat(16)}`;
  await fetch(`${api}/crm/v8/Leads/123?fields=${secret}`, { headers: { authorization: `Zoho-oauthtoken ${secret}` } });
  await fetch(`${accounts}/oauth/v2/token?code=${secret}`, { method: 'POST' });
  await fetch(`${accounts}/${secret}`);
  const response = await admin('/metrics');
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  for (const line of [
    /^grantway_http_request_duration_seconds_count\{data_center="us",service="api",route="\{module\}\/\{id\}",status="401"\} 1$/m,
    /^grantway_http_request_duration_seconds_count\{data_center="us",service="accounts",route="\/oauth\/v2\/token",status="400"\} 1$/m,
    /^grantway_http_request_duration_seconds_count\{data_center="us",service="accounts",route="none",status="404"\} 1$/m,
    /^grantway_http_requests_under_way\{data_center="us",service="api"\} 0$/m,
    /^grantway_http_requests_peak\{data_center="us",service="accounts"\} 1$/m,
    /^grantway_http_requests_refused_total\{data_center="us",service="accounts"\} 0$/m,
    /^grantway_database_connections\{database="us",pool="requests",state="idle"\} \d+$/m,
    /^grantway_database_statements_total\{database="directory",pool="requests"\} \d+$/m,
    /^grantway_token_cache_lookups_total\{data_center="us",result="miss"\} 1$/m,
    /^# TYPE grantway_jobs gauge$/m,
    /^process_cpu_seconds_total /m,
  ]) {
    expect(text).toMatch(line);
  }
  expect(text).not.toContain(secret);
});

test('the admin API keeps its metrics to those who have its token', async () => {
  expect((await fetch(`${platform.adminOrigin}/metrics`)).status).toBe(401);
});
