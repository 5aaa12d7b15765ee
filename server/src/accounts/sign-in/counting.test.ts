import { afterAll, beforeAll, expect, test } from 'vitest';
import { listEvents } from '../../inspector/events.ts';
import { HttpBrowser, type Page, signIn } from '../../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../../testing/test-platform.ts';

/** Nobody learns which sign-in names exist: unknown ones hop like known ones, and look-ups are limited per address. */
const known = { us: 'anna@us.example', eu: 'eva@eu.example', in: 'ida@in.example' };
const lookUpLimit = 40;
let platform: TestPlatform;
let origins: Record<string, string>;

beforeAll(async () => {
  platform = await startTestPlatform({
    dataCenters: ['us', 'eu', 'in', 'cn'],
    settings: { trustProxy: true, limits: { signInNamesPerAddress: lookUpLimit } },
  });
  for (const [dataCenter, email] of Object.entries(known)) await platform.addUser(dataCenter, email);
  await platform.addUser('cn', 'li@cn.example');
  origins = Object.fromEntries(platform.topology.dataCenters.map(({ id, origins: { accounts } }) => [id, accounts]));
});
afterAll(() => platform.stop());

const newBrowser = () => new HttpBrowser(platform.basePort);
const nextWindow = () => platform.clock.advance(601);

/** Where the first step sends this name, without following it; everything that an observer sees but its secrets. */
async function probe(name: string, address = '192.0.2.1'): Promise<{ to: string; seen: unknown }> {
  const page = await fetch(`${origins.us}/signin?continue=%2F`);
  const html = await page.text();
  const cookie = page.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const response = await fetch(`${origins.us}/signin`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ csrf, continue: '/', email: name }),
    headers: { cookie, 'x-forwarded-for': address },
  });
  const location = response.headers.get('location') ?? '';
  const to = new URL(location, origins.us);
  return {
    to: platform.topology.dataCenters.find(({ origins: { accounts } }) => accounts === to.origin)?.id ?? '',
    seen: {
      status: response.status,
      address: `${to.origin}${to.pathname}`,
      parameters: [...to.searchParams].map(([key, value]) => [key, sealed.has(key) ? value.length : value]),
      cookies: response.headers.getSetCookie(),
      headers: [...response.headers.keys()],
    },
  };
}

/** Parameters whose value is another each time. */
const sealed = new Set(['hop', 'ticket']);

function raise(): never {
  throw new Error('no such data centre');
}

test('a name that nobody has is sent on like one that somebody has, always to the same data centre', async () => {
  for (const [dataCenter, email] of Object.entries(known)) {
    const unknown = platform.unknownName(dataCenter, email.length);
    const [real, pseudo, again] = [await probe(email), await probe(unknown), await probe(` ${unknown.toUpperCase()} `)];
    expect(real.to).toBe(dataCenter);
    expect(pseudo).toEqual(real);
    expect(again.to).toBe(dataCenter);
  }
});

test('the pseudo-homes are all data centres of the realm, and no other; users of another realm are unknown, too', async () => {
  nextWindow();
  const homes = new Set<string>();
  for (let number = 0; number < 30; number++) homes.add((await probe(`somebody${number}@else.example`)).to);
  expect([...homes].toSorted()).toEqual(['eu', 'in', 'us']);
  expect(homes.has((await probe('li@cn.example')).to)).toBe(true);
});

test('the password page after the hop is the same, and so is its answer to a wrong password', async () => {
  nextWindow();
  const comparable = ({ url, status, html }: Page, name: string) => ({
    url: url.replace(/ticket=[^&]*/, 'ticket=…'),
    status,
    // Seals and challenges are others each time; nothing else of the page may differ.
    html: html
      .replaceAll(name, '')
      .replace(/value="[^"]*"/g, '')
      .replace(/ticket=[\w.%-]+/g, 'ticket=…')
      .replace(/(challenge&quot;:&quot;)[\w-]+/g, '$1…'),
  });
  for (const [dataCenter, email] of Object.entries(known)) {
    const seen = [];
    for (const name of [email, platform.unknownName(dataCenter, email.length)]) {
      const browser = newBrowser();
      const page = await browser.submit(await browser.get(`${origins.us}/signin?continue=%2F`), 'email', {
        email: name,
      });
      expect(page.url.startsWith(origins[dataCenter] ?? '-')).toBe(true);
      const answer = await browser.submit(page, 'password', { password: 'wrong password' });
      expect(answer.html).toContain('not correct');
      seen.push([comparable(page, name), comparable(answer, name)]);
    }
    expect(seen[0]).toEqual(seen[1]);
  }
});

test('the events tell operators what the wire does not', async () => {
  nextWindow();
  const name = platform.unknownName('eu');
  await probe(name);
  const us = platform.dataCenters.get('us') ?? raise();
  await us.events.flush();
  // The newest may be the sum of earlier ones.
  const hops = await listEvents(us.database, { limit: 5, kind: 'hop' });
  expect(hops.map(({ detail }) => detail)).toContainEqual({ to: 'eu', reason: 'unknown name' });
});

test('names looked up are limited per address, exactly, whether or not somebody has them (SES-04, ROB-04)', async () => {
  nextWindow();
  const throttled = ({ seen }: Awaited<ReturnType<typeof probe>>) => JSON.stringify(seen).includes('"throttled"');
  const probes = await Promise.all(
    Array.from({ length: 100 }, (_, index) => probe(index % 2 ? known.eu : `guess${index}@eu.example`, '192.0.2.9')),
  );
  expect(probes.filter((each) => !throttled(each))).toHaveLength(lookUpLimit);
  // The proxy's word counts, not what a client claims before it; an IPv6 network is one address.
  expect(throttled(await probe(known.eu, '198.51.100.1, 192.0.2.9'))).toBe(true);
  expect(throttled(await probe(known.eu, '192.0.2.10'))).toBe(false);
  await Promise.all(Array.from({ length: lookUpLimit }, (_, index) => probe(known.eu, `2001:db8::${index}`)));
  expect(throttled(await probe(known.eu, '2001:db8::ffff:1'))).toBe(true);
  const browser = newBrowser();
  expect((await browser.get(`${origins.us}/signin?error=throttled`)).html).toContain('Too many people tried');
});

test('after a mistyped name the browser finds its home again, without a circle', async () => {
  nextWindow();
  await platform.addUser('us', 'bert@us.example');
  const client = await platform.addClient({
    type: 'server',
    owner: 'bert@us.example',
    enabledDataCenters: ['eu', 'in'],
  });
  const query = new URLSearchParams({
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: 'https://app.example.com/callback',
    scope: 'ZohoCRM.modules.ALL',
  });
  const address = `${origins.us}/oauth/v2/auth?${query}`;
  for (const mistypedAt of ['in', 'eu'] as const) {
    const browser = newBrowser();
    const mistyped = platform.unknownName(mistypedAt);
    const wrong = await browser.submit(await browser.get(address), 'email', { email: mistyped });
    const changeName = /href="(\/signin\?[^"]+)"/.exec(wrong.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const page = await signIn(
      browser,
      await browser.get(`${origins[mistypedAt]}${changeName}`),
      known.eu,
      testPassword,
    );
    expect(page.html).toContain('type="radio"');
    // The cookie of us still names the wrong place; the way goes on from there.
    const next = await browser.get(address);
    expect(next.url.startsWith(origins.eu ?? '-')).toBe(true);
    expect(next.html).toContain('type="radio"');
  }
  // Two cookies that name each other: the way ends where the name can be typed.
  const lost = newBrowser();
  lost.setCookie('grantway_home_us', 'in');
  lost.setCookie('grantway_home_in', 'us');
  expect((await lost.get(address)).html).toContain('name="email"');
});
