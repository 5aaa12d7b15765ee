import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { localDataCenter } from '../../../config/data-centers.ts';
import { mayCall, type OutgoingPolicy, outgoingPolicy } from '../../../http/outgoing/outgoing-policy.ts';
import { postJson } from './post-json.ts';

const received: (string | undefined)[] = [];
const receiver = createServer((request, response) => {
  received.push(request.headers.host);
  if (request.url === '/moved') response.writeHead(307, { location: '/' });
  response.end();
});
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const { port } = receiver.address() as AddressInfo;
afterAll(() => receiver.close());
beforeEach(() => {
  received.length = 0;
});

const local = localDataCenter('us', 'global', 0, 8000);
const world = { ...local, origins: { ...local.origins, accounts: 'https://accounts.example.com' } };
const policy = (settings: object = {}, dataCenter = local, closed: number[] = []): OutgoingPolicy =>
  outgoingPolicy({ allowLoopback: true, allowedNetworks: [], ...settings }, { dataCenters: [dataCenter] }, closed);

describe('addresses', () => {
  test.each(['8.8.8.8', '93.184.216.34', '2606:4700::1111', '2a00:1450:4001:80b::200e'])(
    '%s may be called',
    (address) => {
      expect(mayCall(address, 443, policy({}, world))).toBe(true);
    },
  );

  test.each([
    ['this network', '0.0.0.0'],
    ['private', '10.1.2.3'],
    ['private', '172.31.0.1'],
    ['private', '192.168.1.1'],
    ['of the carrier', '100.64.0.1'],
    ['link-local', '169.254.169.254'],
    ['of protocols', '192.0.0.8'],
    ['for documentation', '192.0.2.1'],
    ['for documentation', '198.51.100.1'],
    ['for documentation', '203.0.113.1'],
    ['a relay of 6to4', '192.88.99.1'],
    ['for benchmarks', '198.19.0.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['unique local', 'fd00::1'],
    ['link-local', 'fe80::1'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['for documentation', '2001:db8::1'],
    ['for documentation', '3fff::1'],
    ['for benchmarks', '2001:2::1'],
    ['6to4 of 10.0.0.1', '2002:a00:1::1'],
    ['6to4 of 127.0.0.1', '2002:7f00:1::'],
    ['Teredo', '2001:0:4136:e378::1'],
    ['NAT64 of 10.0.0.1', '64:ff9b::a00:1'],
    ['local NAT64 of 10.0.0.1', '64:ff9b:1::a00:1'],
    ['compatible with 127.0.0.1', '::7f00:1'],
    ['compatible with 10.0.0.1', '::10.0.0.1'],
    ['mapped from 127.0.0.1', '::ffff:127.0.0.1'],
    ['mapped from 10.0.0.1', '::ffff:10.0.0.1'],
    ['translated from 10.0.0.1', '::ffff:0:10.0.0.1'],
    ['discarded', '100::1'],
    ['of segment routing', '5f00::1'],
  ])('%s: %s may not', (_, address) => {
    expect(mayCall(address, 443, policy())).toBe(false);
    expect(mayCall(address, 443, policy({}, world))).toBe(false);
  });

  test.each(['127.0.0.1', '127.255.0.1', '::1'])('%s only where the platform itself is on loopback', (address) => {
    expect(mayCall(address, 9000, policy())).toBe(true);
    expect(mayCall(address, 9000, policy({}, world))).toBe(false);
    expect(mayCall(address, 9000, policy({ allowLoopback: false }))).toBe(false);
  });

  test("this machine's own, unless it is loopback, may not", () => {
    const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    for (const { address, internal } of own)
      if (!internal) expect(mayCall(address, 9000, policy()), address).toBe(false);
    for (const { address } of own) expect(mayCall(address, 9000, policy({}, world)), address).toBe(false);
  });

  test('networks that the operator names may be called, ports of databases and of the admin API never', () => {
    const open = policy({ allowedNetworks: ['10.20.0.0/16', 'fd12::/32'] }, world, [5432]);
    expect(['10.20.3.4', 'fd12::9', '10.21.0.1', '127.0.0.1'].map((address) => mayCall(address, 443, open))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(mayCall('10.20.3.4', 5432, open)).toBe(false);
    expect(mayCall('127.0.0.1', 8099, policy({}, local, [8099]))).toBe(false);
    expect(mayCall('8.8.8.8', 5432, open)).toBe(true);
  });

  test('a network that cannot be read is named', () => {
    expect(() => policy({ allowedNetworks: ['10.0.0.0/99'] })).toThrow(
      /allowedNetworks: expected .*, got "10\.0\.0\.0\/99"/,
    );
  });
});

describe('calls', () => {
  test('go nowhere that they may not, also behind a name or another spelling', async () => {
    for (const host of ['127.0.0.1', 'localhost', '0x7f.1', '2130706433', '[::ffff:127.0.0.1]']) {
      const refused = await postJson(`http://${host}:${port}/`, '{}', policy({ allowLoopback: false }));
      expect(refused, host).toEqual({ delivered: false, why: 'AddressNotAllowed' });
    }
    expect(await postJson(`http://localhost:${port}/`, '{}', policy({}, local, [port]))).toMatchObject({
      why: 'AddressNotAllowed',
    });
    expect(received).toEqual([]);
  });

  test('reach the address that was checked, under the name of the URL, and follow no redirection', async () => {
    expect(await postJson(`http://localhost:${port}/`, '{}', policy())).toEqual({ delivered: true });
    expect(await postJson(`http://localhost:${port}/moved`, '{}', policy())).toEqual({
      delivered: false,
      why: 'Status307',
    });
    expect(received).toEqual([`localhost:${port}`, `localhost:${port}`]);
  });

  test('end when they are told to', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const stop = new AbortController();
    silent.once('request', () => stop.abort());
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    expect(await postJson(url, '{}', policy(), stop.signal)).toMatchObject({ delivered: false });
    silent.closeAllConnections();
    silent.close();
  });
});
