import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandsOn } from './testing/commands.ts';
import { type PlatformProcess, throwaway, Workshop } from './testing/platform-process.ts';

/** Starts that are refused, or doubted, before anything is made. */
const shop = new Workshop();
/** One that has its ports already. */
let platform: PlatformProcess;

beforeAll(async () => {
  platform = await shop.start({ dataDirectory: shop.folder('platform'), dataCenters: 'us,eu,cn', settings: throwaway });
});
afterAll(() => shop[Symbol.asyncDispose]());

const { failure } = commandsOn(shop, () => platform.dataDirectory);

test('a data centre that nobody knows', async () => {
  const { code, stderr } = await shop.run(['start', '--data', shop.folder('new'), '--data-centers', 'us,xx']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/"xx" is not one of the known ones \(us, eu, .*\)/);
});

test('a config file with a fault is named with the fault', async () => {
  for (const [text, message] of [
    ['{', /is not JSON/],
    ['[]', /must hold one JSON object/],
    ['{"nonsense":1}', /nonsense|additional/],
    ['{"limits":{"windowSeconds":"x"}}', /windowSeconds/],
    ['{"basePort":1,\n "basePort":2}', /expected each key once, got "basePort" twice .* line 2, column 2/],
    ['\ufeff{"nonsense":1}', /\/nonsense is not known here/],
  ] as const) {
    const config = shop.folder('config.json');
    writeFileSync(config, text);
    expect((await failure(1, 'start', '--config', config)).message).toMatch(message);
  }
});

test('a start that cannot be is refused before anything is made', async () => {
  const config = shop.folder('refused.json');
  const data = shop.folder('refused');
  const { basePort } = platform;
  for (const [port, settings, message] of [
    [basePort, {}, /^grantway: port \d+ \(accounts of data centre "us"\) is in use; .* --base-port\n$/],
    [basePort - 90, {}, /\(the sample app "browser-leads"\) is in use; /],
    [
      22_900,
      { metricsPort: 22_901 },
      /a port of its own for each listener, got 22901 for api of .* and for the metrics\n$/,
    ],
    [
      22_900,
      { listenHost: 'no such host' },
      /listenHost: expected an address .*, got "no such host", which is not found/,
    ],
    [
      22_900,
      { directoryUrl: 'postgres://me:hush@hush/1@nowhere/db' },
      /"directory": expected one whose user and password/,
    ],
  ] as const) {
    writeFileSync(config, JSON.stringify({ dataCenters: ['us'], ...settings }));
    const args = ['start', '--data', data, '--base-port', String(port), '--config', config];
    const { code, stdout, stderr } = await shop.run(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('hush');
    expect(existsSync(data)).toBe(false);
  }
});

test('variables of databases that are of no use are named before the start', async () => {
  const { code, stderr } = await shop.run(
    ['start', '--data', shop.folder('warned'), '--base-port', `${platform.basePort}`],
    {
      env: { GRANTWAY_DC_XX_URL: 'postgres://somebody@db.example/grantway' },
    },
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^grantway: warning: GRANTWAY_DC_XX_URL is not used: .* us, eu, in, au, cn\ngrantway: port \d+ /,
  );
});
