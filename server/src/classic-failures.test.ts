import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { checkCors } from './admin/cors-check.ts';
import { runCommandLine } from './cli/program.ts';
import { accountsFailures } from './testing/failures/accounts-failures.ts';
import { apiFailures } from './testing/failures/api-failures.ts';
import { FailureStage, pageOrigin } from './testing/failures/failure-stage.ts';

const failures = [...accountsFailures, ...apiFailures];
let stage: FailureStage;
beforeAll(async () => {
  stage = await FailureStage.start();
});
afterAll(() => stage?.platform.stop());
// Each has a minute, and so the limits of one, to itself.
beforeEach(() => stage.platform.clock.advance(61));

const asText = (value: string | RegExp) =>
  typeof value === 'string' ? expect.stringContaining(value) : expect.stringMatching(value);

/** What `grantway flow show` prints. */
async function flowShown(requestId: string): Promise<{ steps: Record<string, unknown>[] }> {
  let printed = '';
  vi.stubEnv('GRANTWAY_ADMIN_TOKEN', stage.platform.admin.adminToken);
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    const args = ['flow', 'show', requestId, '--json', '--admin', stage.platform.adminOrigin];
    expect(await runCommandLine(args)).toBe(0);
  } finally {
    output.mockRestore();
    vi.unstubAllEnvs();
  }
  return JSON.parse(printed);
}

test.each(failures)('$name', async ({ provoke, outcome, expected, came, mend, rule, setting }) => {
  const provoked = await provoke(stage);
  const { event, explained } = await stage.explanationOf(provoked);
  expect(event.outcome, JSON.stringify(event.detail)).toBe(outcome);
  expect(explained).toMatchObject({ expected: asText(expected), came: asText(came), mend: asText(mend) });
  expect(explained.rule).toContain(rule);
  if (setting !== undefined) expect(explained.setting?.path).toMatch(new RegExp(`${setting}$`));
  const told = JSON.stringify([event.detail, explained]);
  expect(told).not.toContain('(not recorded)');
  for (const client of [stage.web, stage.job, stage.page, stage.device, stage.phone]) {
    for (const secret of Object.values(client.secrets)) expect(told).not.toContain(secret);
  }
  // The same on the command line, by the request id of the answer.
  const { steps } = await flowShown(provoked.response.headers.get('x-request-id') ?? '');
  const step = steps.find((each) => each.outcome === outcome && each.came === explained.came);
  expect(step, JSON.stringify(steps)).toMatchObject(explained);
  expect(told).not.toMatch(/100[04]\.[0-9a-f]{32}\.[0-9a-f]{32}/);
});

test('there are 30 of them at least', () => {
  expect(new Set(failures.map(({ name }) => name)).size).toBeGreaterThanOrEqual(30);
});

test.each([pageOrigin, 'https://elsewhere.example'])(
  'the CORS doctor answers what the API answers: %s',
  async (origin) => {
    const headers = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,x-own',
    };
    const { response } = await stage.call('/crm/v8/Leads', undefined, { method: 'OPTIONS', headers });
    const question = {
      dataCenter: 'us',
      clientId: stage.page.client_id,
      origin,
      method: 'POST',
      environment: 'production',
    };
    const { preflight } = await checkCors(stage.platform.admin, { ...question, headers: 'X-Own' });
    expect(preflight.status).toBe(response.status);
    const ofCors = (name: string) => name.startsWith('access-control-') || name === 'vary';
    expect(preflight.headers).toEqual(
      expect.objectContaining(Object.fromEntries([...response.headers].filter(([name]) => ofCors(name)))),
    );
  },
);
