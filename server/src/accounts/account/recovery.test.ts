import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeUser } from '../../admin/users.ts';
import { listAuditEntries } from '../../audit/audit-rows.ts';
import { findMail, listMail } from '../../mail/outbox.ts';
import { HttpBrowser, type Page, signIn } from '../../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../../testing/test-platform.ts';
import { findUser } from '../users.ts';

/** New passwords, proven addresses and sign-up, by the links of mails. */
const email = 'anna@us.example';
let platform: TestPlatform;
let accounts: string;

beforeAll(async () => {
  platform = await startTestPlatform({
    dataCenters: ['us', 'in'],
    settings: { signUp: ['us'], limits: { mailsPerName: 3, mailsPerAddress: 1000 } },
  });
  accounts = platform.topology.find('us')?.origins.accounts ?? '';
  await platform.addUser('us', email);
});
afterAll(() => platform.stop());

const newBrowser = () => new HttpBrowser(platform.basePort);
const database = () => {
  const running = platform.dataCenters.get('us');
  if (!running) throw new Error('no data centre us');
  return running.database;
};
/** A notice says what, when and from where, and has no link. */
const noLink = ({ content }: { readonly content: string }) => {
  expect(content).toMatch(/When: \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
  expect(content).not.toMatch(/https?:|token/);
};
const isIn = (page: Page) => !page.html.includes('name="password"') && page.status < 400;
const nextWindow = () => platform.clock.advance(601);

async function newestMail(): Promise<{ to: string; subject: string; content: string; link: string }> {
  const [row] = await listMail(database(), 1);
  const mail = row && (await findMail(database(), row.message_id));
  if (!mail) throw new Error('no mail');
  const link = /^http:\/\/\S+$/m.exec(mail.content)?.[0] ?? '';
  return { to: mail.recipients[0]?.email ?? '', subject: mail.subject, content: mail.content, link };
}
async function forgot(browser: HttpBrowser, name: string): Promise<Page> {
  const password = await browser.submit(await browser.get(`${accounts}/signin`), 'email', { email: name });
  const href = /href="(\/signin\/forgot[^"]*)"/.exec(password.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
  return browser.submit(await browser.get(`${accounts}${href}`), 'send');
}
const signInAs = async (browser: HttpBrowser, password: string) =>
  signIn(browser, await browser.get(`${accounts}/signin`), email, password);

describe('a forgotten password', () => {
  test('a link sets a new one, once, and ends sessions if the user says so', async () => {
    const elsewhere = newBrowser();
    expect(isIn(await signInAs(elsewhere, testPassword))).toBe(true);
    expect((await forgot(newBrowser(), email)).html).toContain('Look into your mail');
    const mail = await newestMail();
    expect(mail).toMatchObject({ to: email, subject: 'Choose a new password' });
    const browser = newBrowser();
    const page = await browser.get(mail.link);
    expect((await browser.submit(page, 'new', { new: 'password1' })).html).toContain('breach elsewhere');
    const done = await browser.submit(await browser.get(mail.link), 'new', { new: 'a much better one' });
    expect(done.html).toContain('Your password was changed');
    expect((await newestMail()).subject).toBe('Your password was changed');
    noLink(await newestMail());
    expect((await elsewhere.get(`${accounts}/account/password`)).html).toContain('name="email"');
    expect((await browser.get(mail.link)).status).toBe(400);
    expect((await browser.submit(page, 'new', { new: 'yet another one' })).status).toBe(400);
    expect(isIn(await signInAs(newBrowser(), testPassword))).toBe(false);
    expect(isIn(await signInAs(elsewhere, 'a much better one'))).toBe(true);
    await forgot(newBrowser(), email);
    const { link } = await newestMail();
    const other = newBrowser();
    // Without the tick the sessions stay.
    const form = await other.get(link);
    await other.submit(form, 'new', { new: testPassword, end_sessions: 'false' });
    expect((await elsewhere.get(`${accounts}/account/password`)).html).toContain('name="current"');
  });

  test('a link expires, and a newer one ends it', async () => {
    nextWindow();
    await forgot(newBrowser(), email);
    const { link: older } = await newestMail();
    await forgot(newBrowser(), email);
    const { link: newer } = await newestMail();
    expect((await newBrowser().get(older)).status).toBe(400);
    expect((await newBrowser().get(newer)).status).toBe(200);
    platform.clock.advance(1801);
    expect((await newBrowser().get(newer)).status).toBe(400);
  });

  test('an unknown name looks the same; mails to a name are limited, which looks the same too', async () => {
    nextWindow();
    const texts = async (name: string) => (await forgot(newBrowser(), name)).html.replaceAll(name, 'NAME');
    const known = await texts(email);
    expect(await texts(platform.unknownName('us'))).toBe(known);
    for (let sent = 1; sent < 6; sent++) expect(await texts(email)).toBe(known);
    const found = await listAuditEntries(database(), { action: 'password-reset' }, 20);
    expect(found.map(({ outcome }) => outcome).slice(0, 7)).toEqual([
      ...['MailsThrottled', 'MailsThrottled', 'MailsThrottled', 'Success', 'Success', 'CredentialsWrong', 'Success'],
    ]);
  });

  test('a form from another page, or without its token, changes nothing', async () => {
    nextWindow();
    await forgot(newBrowser(), email);
    const { link } = await newestMail();
    const browser = newBrowser();
    const page = await browser.get(link);
    const fields = browser.fieldsOf(page, 'new', { new: 'attacker knows this', csrf: 'wrong' });
    const headers = { 'content-type': 'application/x-www-form-urlencoded', cookie: browser.cookieHeader() };
    const sent = await fetch(`${accounts}/signin/reset`, { method: 'POST', body: fields, headers, redirect: 'manual' });
    expect(sent.headers.get('location')).toContain('error=expired');
    expect(isIn(await signInAs(newBrowser(), testPassword))).toBe(true);
  });
});

test('an address is proven by the button of the page behind the link; userinfo and ID tokens follow', async () => {
  nextWindow();
  const { userId } = await platform.addUser('us', 'ben@us.example');
  await database().query({
    text: 'UPDATE user_account SET email_verified_at_ms = NULL WHERE user_id = $1',
    values: [userId],
  });
  const browser = newBrowser();
  await signIn(browser, await browser.get(`${accounts}/signin`), 'ben@us.example', testPassword);
  const page = await browser.submit(await browser.get(`${accounts}/account/email`), 'send');
  expect(page.html).toContain('is on its way to ben@us.example');
  const { link } = await newestMail();
  const confirm = await newBrowser().get(link);
  expect(confirm.status).toBe(200);
  expect((await findUser(database(), { userId }))?.emailVerified).toBe(false);
  expect((await browser.submit(await browser.get(link), 'token')).html).toContain('The address is verified');
  expect((await findUser(database(), { userId }))?.emailVerified).toBe(true);
});

describe('sign-up', () => {
  const signUp = async (fields: Record<string, string>) => {
    const browser = newBrowser();
    return browser.submit(await browser.get(`${accounts}/signup`), 'last_name', fields);
  };

  test('mail, password, account with an organization; the address is proven', async () => {
    nextWindow();
    const asked = await signUp({ email: 'cy@new.example', first_name: 'Cy', last_name: 'Newman' });
    expect(asked.html).toContain('Look into your mail');
    expect(await findUser(database(), { name: 'cy@new.example' })).toBeUndefined();
    const { link } = await newestMail();
    const browser = newBrowser();
    const done = await browser.submit(await browser.get(link), 'password', { password: 'a good password' });
    expect(done.html).toContain('Your account is ready');
    expect(await newestMail()).toMatchObject({ to: 'cy@new.example', subject: 'Your account is ready' });
    noLink(await newestMail());
    expect(await findUser(database(), { name: 'cy@new.example' })).toMatchObject({
      lastName: 'Newman',
      emailVerified: true,
    });
    expect((await browser.get(link)).status).toBe(400);
    const page = await browser.get(`${accounts}/signin`);
    expect(isIn(await signIn(browser, page, 'cy@new.example', 'a good password'))).toBe(true);
  });

  test('an address that somebody has gets the same answer, and its owner another mail', async () => {
    nextWindow();
    const asked = await signUp({ email, first_name: '', last_name: 'Impostor' });
    expect(asked.html).toContain('Look into your mail');
    expect(await newestMail()).toMatchObject({ to: email, content: expect.stringContaining('You have one already') });
  });

  test('bad input is named, and where it is off there is no such page', async () => {
    expect((await signUp({ email: 'nobody', last_name: 'X' })).html).toContain('Enter an e-mail address');
    expect((await signUp({ email: 'x@new.example', last_name: ' ' })).html).toContain('Enter your name');
    const elsewhere = platform.topology.find('in')?.origins.accounts ?? '';
    expect((await newBrowser().get(`${elsewhere}/signup`)).status).toBe(404);
    expect((await newBrowser().get(`${elsewhere}/signin`)).html).not.toContain('/signup');
  });
});

describe('notices', () => {
  const name = 'dee@us.example';
  const mails = async () => (await listMail(database(), 50)).filter(({ recipients }) => recipients[0]?.email === name);

  test('a sign-in in another browser is told while one is signed in elsewhere, three times in a window at most', async () => {
    await platform.addUser('us', name);
    nextWindow();
    const own = newBrowser();
    const signInWith = async (browser: HttpBrowser) =>
      signIn(browser, await browser.get(`${accounts}/signin`), name, testPassword);
    await signInWith(own);
    expect(await mails()).toEqual([]);
    await own.submit(await own.get(`${accounts}/`), 'csrf');
    await signInWith(own);
    expect(await mails()).toEqual([]);
    for (let count = 0; count < 5; count++) await signInWith(newBrowser());
    expect((await mails()).map(({ subject }) => subject)).toEqual(Array(3).fill('A new sign-in to your account'));
    noLink(await newestMail());
  });

  test('the password that a user changes, and what else one signs in with', async () => {
    const browser = newBrowser();
    await signIn(browser, await browser.get(`${accounts}/signin`), name, testPassword);
    const page = await browser.get(`${accounts}/account/password`);
    await browser.submit(page, 'new', { current: testPassword, new: 'one more good password' });
    expect(await newestMail()).toMatchObject({ to: name, subject: 'Your password was changed' });
    const setUp = await browser.get(`${accounts}/account/security/app`);
    const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec(setUp.html)?.[1]?.replaceAll(' ', '') ?? '';
    const app = new TOTP({ secret: Secret.fromBase32(secret) });
    await browser.submit(setUp, 'code', { code: app.generate({ timestamp: platform.clock.nowMs() }) });
    const told = (await mails()).slice(0, 2).map(({ subject }) => subject);
    expect(told).toEqual(Array(2).fill('Your sign-in was changed'));
    await browser.submit(await browser.get(`${accounts}/account/security`), 'remove');
    const newest = await newestMail();
    expect(newest.content).toContain('The authenticator app of your account was removed. If it was not you');
    noLink(newest);
    expect(newest.content).not.toContain(secret);
    await changeUser(platform.admin, 'us', name, { password: testPassword, endTokens: false });
    expect(await newestMail()).toMatchObject({ to: name, subject: 'Your password was changed' });
  });
});
