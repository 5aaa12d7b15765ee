import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';
import { runCommandLine } from './program.ts';

let platform: TestPlatform;
const folder = mkdtempSync(join(tmpdir(), 'grantway-odd-'));

beforeAll(async () => {
  platform = await startTestPlatform();
  vi.stubEnv('GRANTWAY_ADMIN_ORIGIN', platform.adminOrigin);
  vi.stubEnv('GRANTWAY_ADMIN_TOKEN', platform.admin.adminToken);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await platform.stop();
  rmSync(folder, { recursive: true });
});

/** Runs a command line in this process. Not `start`: it takes the signals of its process for its own, and lets go of its channel. */
async function run(args: readonly string[]) {
  const out = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      out[name] += String(chunk);
      return true;
    }),
  );
  try {
    return { code: await runCommandLine(args), ...out };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** A sentence, on one line, that steers no terminal; commander adds a line that says where help is. */
function expectSentence({ code, stdout, stderr }: Awaited<ReturnType<typeof run>>, what: string): void {
  expect(code, what).toBeOneOf([1, 2]);
  expect(stdout, what).toBe('');
  expect(stderr, what).toMatch(/^(grantway|error): .+\n(\(add --help for what is expected\)\n)?$/);
  expect(stderr, what).not.toMatch(/our own fault| {4}at /);
  expect(stderr.replaceAll('\n', ''), what).not.toMatch(/\p{Cc}/u);
}

const odd = [
  '',
  '.',
  '..',
  '../clients',
  '%',
  '%2e%2e',
  'a/b?c#d',
  '"\'`$(x)',
  '\u001b[31mred\u0007',
  'a\r\nb',
  'ünï 数据 🙂',
  '\ud83d',
  '\ufffd',
  '__proto__',
  'constructor',
  'toString',
  '-1',
  'x'.repeat(5000),
];

/** Each with one place for an odd text, where no such thing exists or may be named. */
const commands: readonly (readonly string[])[] = [
  ['user', 'create', '--dc', '#', '--email', 'a@us.example', '--password', '12345678'],
  ['user', 'create', '--dc', 'us', '--email', '#', '--password', '12345678'],
  ['user', 'deactivate', '--dc', 'us', '--email', '#'],
  ['client', 'create', '--dc', '#', '--owner', 'a@us.example', '--type', 'self'],
  ['client', 'create', '--dc', 'us', '--owner', '#', '--type', 'self'],
  ['client', 'create', '--dc', 'us', '--owner', 'a@us.example', '--type', '#'],
  ['client', 'show', '--client-id', '#'],
  ['client', 'update', '--name', 'x', '--client-id', '#'],
  ['client', 'rotate-secret', '--client-id', '#'],
  ['client', 'delete', '--yes', '--client-id', '#'],
  ['self-client', 'code', '--dc', '#', '--client-id', '1000.A', '--scope', 'ZohoCRM.modules.ALL'],
  ['self-client', 'code', '--dc', 'us', '--client-id', '#', '--scope', 'ZohoCRM.modules.ALL'],
  ['self-client', 'code', '--dc', 'us', '--client-id', '1000.A', '--scope', 'x', '--minutes', '#'],
  ['token', 'inspect', '#'],
  ['event', 'list', '--dc', '#'],
  ['event', 'list', '--dc', 'us', '--kind', '#'],
  ['audit', 'list', '--dc', 'us', '--since', '#'],
  ['flow', 'show', '#'],
  ['flow', 'list', '--user', '#'],
  ['keys', 'retire', '--dc', 'us', '--key-id', '#'],
  ['cors', 'check', '--dc', 'us', '--client-id', '#', '--origin', 'https://app.example'],
  ['client', 'list', '--dc', '#'],
  ['event', 'list', '--dc', 'us', '--limit', '#'],
  ['keys', 'list', '--dc', '#'],
  ['keys', 'rotate', '--dc', '#'],
  ['mail', 'list', '--dc', '#'],
  ['mail', 'show', '--dc', 'us', '#'],
  ['mail', 'show', 'x', '--dc', '#'],
  ['crm', 'assignment-rule', 'list', '--dc', 'us', '--organization', '#'],
  ['crm', 'assignment-rule', 'delete', '#', '--dc', 'us', '--organization', '1'],
  ['crm', 'assignment-rule', 'create', '--dc', 'us', '--organization', '1', '--file', '#'],
  ['crm', 'blueprint', 'list', '--dc', 'us', '--organization', '#'],
  ['crm', 'blueprint', 'delete', '#', '--dc', 'us', '--organization', '1'],
  ['crm', 'blueprint', 'create', '--dc', 'us', '--organization', '1', '--file', '#'],
  ['crm', 'layout', 'create', '--dc', 'us', '--organization', '1', '--file', '#'],
  ['crm', 'template', 'list', '--dc', 'us', '--organization', '#'],
  ['crm', 'template', 'delete', '#', '--dc', 'us', '--organization', '1'],
  ['crm', 'template', 'create', '--dc', 'us', '--organization', '1', '--file', '#'],
  ['crm', 'types', '--dc', 'us', '--organization', '1', '--module', '#'],
  ['crm', 'territories', '#', '--dc', 'us', '--organization', '1'],
  ['crm', 'import', '--dc', 'us', '--organization', '1', '--module', 'Leads', '--file', '#'],
  ['dc', 'list', '--admin', '#'],
  ['dc', 'list', '--data', 'nowhere', '#'],
  ['start', '--config', '#'],
  ['start', '--base-port', '#'],
  ['start', '--data-centers', '#'],
  ['#'],
];

describe('an odd text in place of an argument gets a sentence', () => {
  test.each(commands.map((command) => [command.join(' '), command] as const))('%s', async (_line, command) => {
    for (const text of odd) {
      const args = command.map((part) => (part === '#' ? text : part));
      expectSentence(await run(args), JSON.stringify(args.map((part) => part.slice(0, 40))));
    }
  });
});

describe('what the system or a file says is a sentence too', () => {
  const target = ['crm', 'import', '--dc', 'us', '--organization', '1', '--module', 'Leads'];

  test('a note of an import that is none', async () => {
    const file = join(folder, 'leads.csv');
    writeFileSync(file, 'Last_Name\nx\n');
    for (const note of ['', '{', 'null', '[]']) {
      writeFileSync(`${file}.import.json`, note);
      expectSentence(await run([...target, '--file', file]), note);
    }
  });

  test('a folder in place of a file, a file in place of a folder', async () => {
    const file = join(folder, 'a file');
    writeFileSync(file, '{}');
    const rule = ['crm', 'assignment-rule', 'create', '--dc', 'us', '--organization', '1'];
    expectSentence(await run([...target, '--file', folder]), 'import of a folder');
    expectSentence(await run([...rule, '--file', folder]), 'rule from a folder');
    expectSentence(await run(['start', '--config', folder]), 'config from a folder');
    expectSentence(await run(['dc', 'list', '--data', join(file, 'data')]), 'data directory below a file');
    expectSentence(await run(['flow', 'show', '--file', folder]), 'flow from a folder');
  });

  test('a file in a folder that is not there', async () => {
    const shared = join(folder, 'flow.json');
    writeFileSync(
      shared,
      JSON.stringify({
        flow_id: 'a',
        client_id: null,
        user_id: null,
        started_at: '',
        last_at: '',
        outcome: 'failed',
        data_centers: [],
        steps: [],
        omitted_steps: 0,
      }),
    );
    const told = await run(['flow', 'show', '--file', shared, '--svg', join(folder, 'none', 'flow.svg')]);
    expectSentence(told, 'svg');
    expect(told.stderr).toContain('cannot write ');
  });

  test('a token that no header can carry', async () => {
    vi.stubEnv('GRANTWAY_ADMIN_TOKEN', 'a\nb');
    try {
      expectSentence(await run(['dc', 'list']), 'token');
    } finally {
      vi.stubEnv('GRANTWAY_ADMIN_TOKEN', platform.admin.adminToken);
    }
  });
});
