import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeUser, createUserWithOrganization } from '../../admin/users.ts';
import { HttpBrowser, signIn } from '../../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../../testing/test-platform.ts';

/** Addresses beyond ASCII, as browsers and people write them. */
let platform: TestPlatform;
const email = 'Uma@münchen.example';
const spellings = [
  'uma@münchen.example',
  'uma@xn--mnchen-3ya.example',
  'UMA@XN--MNCHEN-3YA.example',
  'uma@mu\u0308nchen.example',
];

beforeAll(async () => {
  platform = await startTestPlatform({ dataCenters: ['us', 'in'] });
  await platform.addUser('in', email);
  await platform.addUser('us', 'jürgen@example.com');
});
afterAll(() => platform.stop());

const accounts = () => platform.topology.find('us')?.origins.accounts ?? '';
const signInPage = async (browser: HttpBrowser) => browser.get(`${accounts()}/`);

describe('one mailbox is one account', () => {
  test.each(spellings)('%s signs in, at its home data centre', async (name) => {
    const browser = new HttpBrowser(platform.basePort);
    const page = await signIn(browser, await signInPage(browser), name, testPassword);
    expect(page.html).toContain('You are signed in');
    expect(new URL(page.url).origin).toBe(platform.topology.find('in')?.origins.accounts);
  });

  test.each(spellings)('no twin of it as %s, in any data centre', async (name) => {
    for (const dataCenter of ['us', 'in']) {
      await expect(platform.addUser(dataCenter, name)).rejects.toMatchObject({ code: 'CONFLICT' });
    }
  });

  test('commands find it by any spelling', async () => {
    const changed = await changeUser(platform.admin, 'in', spellings[1] as string, { endTokens: false });
    expect(changed.email).toBe(email);
    const client = { type: 'self', dataCenter: 'in', owner: spellings[1] as string };
    expect((await platform.addClient(client)).client_id).toMatch(/^1000\./);
    await expect(platform.addClient({ ...client, owner: spellings[0] as string })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  test('the part before the @ is compared in NFC', async () => {
    const browser = new HttpBrowser(platform.basePort);
    const page = await signIn(browser, await signInPage(browser), 'JU\u0308RGEN@example.com', testPassword);
    expect(page.html).toContain('You are signed in');
  });
});

describe('the form', () => {
  test('takes what we store: no type=email, which refuses letters before the @', async () => {
    const { html } = await signInPage(new HttpBrowser(platform.basePort));
    const [input = ''] = /<input id="email"[^>]*>/.exec(html) ?? [];
    for (const part of ['type="text"', 'inputmode="email"', 'autocomplete="username"']) expect(input).toContain(part);
  });

  test('says so when a copied address holds a character that nobody sees', async () => {
    const browser = new HttpBrowser(platform.basePort);
    const page = await browser.submit(await signInPage(browser), 'email', { email: '\u202auma@münchen.example' });
    expect(page.html).toContain('invisible character');
  });
});

test('names with invisible or direction characters are refused with their number', async () => {
  const user = { email: 'new@example.com', password: testPassword, firstName: '', lastName: 'Tester' };
  const create = (change: object, organization = 'Org') =>
    createUserWithOrganization(platform.admin, 'us', { ...user, ...change }, organization);
  for (const attempt of [
    () => create({ email: 'ne\u200bw@example.com' }),
    () => create({ lastName: 'a\u202eb' }),
    () => create({ firstName: 'a\u0000b' }),
    () => create({}, 'Org\u2066'),
  ]) {
    await expect(attempt()).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(/invisible or direction characters; U\+[0-9A-F]{4} at character \d/),
    });
  }
  await expect(create({ lastName: '辻\u{e0100} O’Neil ❤\ufe0f' })).resolves.toBeDefined();
});
