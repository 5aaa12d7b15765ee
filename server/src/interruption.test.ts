import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { freshBasePort } from './testing/base-port.ts';
import { expectNothingLeft, Foreground, npmStart } from './testing/npm-start.ts';
import { isAlive, postmasterPid, until, Workshop } from './testing/platform-process.ts';

/**
 * Ctrl-C at every moment of a start, of a stop and between. This is the one place where moments are what is tested: they
 * are drawn from a seed, as parts of the time that a whole first start takes here.
 */
const seed = 29;
const rounds = 2;
const momentsOfRound = 4;
const patienceMs = 600_000;

let shop = new Workshop();
let started: Foreground[] = [];
afterEach(async () => {
  for (const foreground of started) foreground.signal('SIGKILL');
  await shop[Symbol.asyncDispose]();
  shop = new Workshop();
  started = [];
});

function start(dataDirectory: string, ...more: readonly string[]): Foreground {
  const foreground = npmStart(dataDirectory, freshBasePort(), ...more);
  started.push(foreground);
  return foreground;
}

describe('npm start', () => {
  test(
    'Ctrl-C leaves nothing running and nothing locked, at whatever moment, and the next start works',
    async () => {
      const random = seeded(seed);
      const begunAtMs = performance.now();
      const whole = start(shop.folder('whole'));
      await whole.says('Ctrl-C stops everything');
      const wholeMs = performance.now() - begunAtMs;
      whole.signal('SIGINT');
      expect(await whole.end()).toBe(0);
      await expectNothingLeft(shop.folder('whole'), whole);

      // The first moments come before, while and shortly after PostgreSQL is made, the later ones anywhere.
      const moments = Array.from({ length: rounds * momentsOfRound }, () =>
        Math.round(wholeMs * (0.1 + 0.9 * random())),
      );
      const round = async (number: number) => {
        const dataDirectory = shop.folder(`round-${number}`);
        for (const afterMs of moments.slice(number * momentsOfRound, (number + 1) * momentsOfRound)) {
          const cut = start(dataDirectory);
          await delay(afterMs);
          cut.signal('SIGINT');
          await cut.end();
          const what = `interrupted ${afterMs} of ${Math.round(wholeMs)} ms after the start (seed ${seed})`;
          await expectNothingLeft(dataDirectory, cut).catch((error: Error) => {
            throw new Error(`${what}: ${error.message}\n${cut.output}`);
          });
          expect(cut.output, what).not.toMatch(/ {4}at |error/i);
        }
        const last = start(dataDirectory);
        await last.says('Ctrl-C stops everything');
        last.signal('SIGINT');
        expect(await last.end()).toBe(0);
        await expectNothingLeft(dataDirectory, last);
      };
      await Promise.all(Array.from({ length: rounds }, (_, number) => round(number)));
    },
    patienceMs,
  );

  test(
    'a second Ctrl-C, a second later, does not wait for what hangs, and takes PostgreSQL along',
    async () => {
      const dataDirectory = shop.folder('data');
      const hanging = start(dataDirectory, '--no-demo');
      await hanging.says('Ctrl-C stops everything');
      const postgres = postmasterPid(dataDirectory) as number;
      process.kill(postgres, 'SIGSTOP');
      hanging.signal('SIGINT');
      await hanging.says('Stopping');
      // This one comes too early to be meant as a second one.
      hanging.signal('SIGINT');
      await delay(1100);
      expect(hanging.hasEnded).toBe(false);
      expect(isAlive(postgres)).toBe(true);
      hanging.signal('SIGINT');
      await hanging.end();
      expect(isAlive(postgres)).toBe(false);
      expect(existsSync(join(dataDirectory, 'platform.lock'))).toBe(false);

      const next = start(dataDirectory, '--no-demo');
      await next.says('Ctrl-C stops everything');
      next.signal('SIGTERM');
      await next.end();
      await expectNothingLeft(dataDirectory, next);
    },
    patienceMs,
  );

  test(
    'kill -9 of the whole group: PostgreSQL notices and ends in order',
    async () => {
      const dataDirectory = shop.folder('data');
      const killed = start(dataDirectory, '--no-demo');
      await killed.says('Ctrl-C stops everything');
      const postgres = postmasterPid(dataDirectory) as number;
      killed.signal('SIGKILL');
      await until(() => !isAlive(postgres), 'PostgreSQL is gone', 20);
      // Ended in order: it gave its own lock back.
      expect(postmasterPid(dataDirectory)).toBeUndefined();
    },
    patienceMs,
  );

  test(
    'kill of one process of the chain ends the others',
    async () => {
      const dataDirectory = shop.folder('data');
      const chain = start(dataDirectory, '--no-demo');
      await chain.says('Ctrl-C stops everything');
      process.kill(chain.pidOf('tools/run.mjs'), 'SIGKILL');
      await chain.end();
      await until(() => chain.group().length === 0, 'the platform hears that it is alone, and stops', 20);
      await expectNothingLeft(dataDirectory, chain);
    },
    patienceMs,
  );
});

describe('in a terminal', () => {
  /** Runs the command in a pseudo-terminal, types Ctrl-C when the text appears, and ends with what is left of the output. */
  const terminal = `
import os, pty, sys
pid, fd = pty.fork()
if pid == 0: os.execvp(sys.argv[2], sys.argv[2:])
seen, typed = b'', False
while True:
    try: chunk = os.read(fd, 65536)
    except OSError: break
    if not chunk: break
    seen += chunk
    sys.stdout.buffer.write(chunk); sys.stdout.flush()
    if not typed and sys.argv[1].encode() in seen:
        typed = True
        os.write(fd, b'\\x03')
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

  test.each(['Preparing a new data directory', 'Ctrl-C stops everything'])(
    'Ctrl-C typed after "%s"',
    async (text) => {
      const dataDirectory = shop.folder('data');
      const place = ['--data', dataDirectory, '--base-port', String(freshBasePort()), '--data-centers', 'us'];
      const session = new Foreground('python3', ['-c', terminal, text, 'npm', 'start', '--', ...place]);
      started.push(session);
      expect(await session.end(), session.output).toBe(0);
      expect(session.output).toContain(text);
      await expectNothingLeft(dataDirectory, session);
    },
    patienceMs,
  );
});

describe('migrate', () => {
  test('interrupted it says so, and leaves nothing running', async () => {
    const dataDirectory = shop.folder('data');
    const main = fileURLToPath(new URL('main.ts', import.meta.url));
    const command = ['migrate', '--data', dataDirectory, '--data-centers', 'us'];
    const migrating = new Foreground(process.execPath, [main, ...command]);
    started.push(migrating);
    await until(() => existsSync(join(dataDirectory, 'postgres')), 'PostgreSQL is being made', 60);
    migrating.signal('SIGINT');
    expect(await migrating.end(), migrating.output).toBe(1);
    expect(migrating.output).toMatch(/^grantway: interrupted; .* run it again\n$/);
    await expectNothingLeft(dataDirectory, migrating);
  });
});

describe('the set-up step', () => {
  /** A checkout with nothing but the tools, whose npm does not come to an end. */
  function bareCheckout(): { root: string; env: Record<string, string>; npmRuns: string } {
    const root = shop.folder('checkout');
    const bin = shop.folder('bin');
    const npmRuns = shop.folder('npm-runs');
    mkdirSync(bin);
    for (const folder of ['tools', 'server/bin'])
      cpSync(fileURLToPath(new URL(`../../${folder}`, import.meta.url)), join(root, folder), { recursive: true });
    writeFileSync(join(root, 'package-lock.json'), '{"packages":{}}');
    writeFileSync(
      join(bin, 'npm'),
      `#!/bin/sh\necho "$@" >'${npmRuns}.new'; mv '${npmRuns}.new' '${npmRuns}'; exec sleep 600\n`,
    );
    chmodSync(join(bin, 'npm'), 0o755);
    return { root, npmRuns, env: { PATH: `${bin}${delimiter}${process.env.PATH}` } };
  }

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends what it has started', async (signal) => {
    const { root, env, npmRuns } = bareCheckout();
    const step = new Foreground(process.execPath, ['tools/run.mjs', 'main.ts'], { cwd: root, env });
    started.push(step);
    await until(() => existsSync(npmRuns), 'npm runs');
    step.signal(signal);
    expect(await step.end()).toBe({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal]);
    await until(() => step.group().length === 0, 'nothing of it runs');
    expect(step.output).toBe('Installing packages …\n');
  });

  test('other commands than those that run a platform say what is missing', async () => {
    const { root, env } = bareCheckout();
    const other = new Foreground(process.execPath, ['server/bin/grantway.mjs', 'dc', 'list'], { cwd: root, env });
    expect(await other.end()).toBe(1);
    expect(other.output).toMatch(/^grantway: the packages are not installed yet; .*\n$/);
  });

  test.each([
    ['"npm start"', ['tools/run.mjs', '--run-only', 'server/src/main.ts', 'start']],
    ['"grantway start"', ['server/bin/grantway.mjs', 'start']],
    ['"grantway serve"', ['server/bin/grantway.mjs', 'serve']],
  ])('is part of %s, without the development packages', async (_, args) => {
    const { root, env, npmRuns } = bareCheckout();
    const step = new Foreground(process.execPath, args, { cwd: root, env });
    started.push(step);
    await until(() => existsSync(npmRuns), 'npm runs');
    expect(readFileSync(npmRuns, 'utf8')).toMatch(/^ci .*--omit=dev$/m);
    // Asks a platform to replace its workers; before there is one, it means nothing.
    step.child.kill('SIGUSR2');
    step.signal('SIGINT');
    expect(await step.end()).toBe(130);
    expect(step.group()).toEqual([]);
  });

  test('a signal to its own process only ends npm too', async () => {
    const { root, env, npmRuns } = bareCheckout();
    const step = new Foreground(process.execPath, ['tools/run.mjs', 'main.ts'], { cwd: root, env });
    started.push(step);
    await until(() => existsSync(npmRuns), 'npm runs');
    step.child.kill('SIGTERM');
    expect(await step.end()).toBe(143);
    expect(step.group()).toEqual([]);
  });
});

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function seeded(state: number): () => number {
  let next = state;
  return () => {
    next = (next + 0x6d2b79f5) | 0;
    let mixed = Math.imul(next ^ (next >>> 15), next | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
