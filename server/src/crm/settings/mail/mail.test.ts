import { afterAll, expect, test } from 'vitest';
import { systemRandom } from '../../../foundation/random.ts';
import { internalCall } from '../../jobs/job-call.ts';
import { type CallOptions, startCrm } from '../../testing/crm-platform.ts';
import { createTemplate } from './write-templates.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const compose = '/crm/email/v8/settings/compose';
const call = (method: string, path: string, options: CallOptions = {}) => crm.call(method, path, options);
const [invalid, missing] = ['INVALID_DATA', 'MANDATORY_NOT_FOUND'];
const [{ email: address, id: owner, full_name }] = (await call('GET', '/crm/v8/users')).json.users;

test('signatures belong to users', async () => {
  const path = `${compose}/email_signatures`;
  const write = (method: string, where: string, item: unknown, options: CallOptions = {}) =>
    call(method, where, { body: { email_signatures: [item] }, ...options });
  const outcome = async (...args: Parameters<typeof write>) => {
    const { status, json } = await write(...args);
    return [status, json.email_signatures?.[0].code ?? json.code];
  };
  expect((await call('GET', path)).status).toBe(204);
  const good = { name: 'Short', content: '<b>Ada</b>' };
  for (const [item, code] of [
    [7, invalid],
    [{}, missing],
    [{ name: 'x' }, missing],
    [{ ...good, content: null }, missing],
    [{ ...good, content: 'x'.repeat(4_001) }, invalid],
    [{ ...good, editor_mode: 'vi' }, invalid],
    [{ ...good, from: {} }, invalid],
    [{ ...good, from: [{ email: 'other@example.com' }] }, invalid],
    [{ ...good, from: [7] }, invalid],
  ] as const) {
    expect(await outcome('POST', path, item), JSON.stringify(item)).toEqual([400, code]);
  }
  const made = await write('POST', path, { ...good, from: [{ email: address.toUpperCase() }] });
  expect(made.status).toBe(201);
  const { id } = made.json.email_signatures[0].details;
  expect(await outcome('POST', path, { ...good, name: 'SHORT' })).toEqual([400, 'DUPLICATE_DATA']);
  expect((await call('GET', path)).json.email_signatures).toEqual([
    { id, ...good, editor_mode: 'rich_text', from: [{ user_name: full_name, email: address }] },
  ]);
  expect(await outcome('PUT', `${path}/${id}`, { from: [], editor_mode: 'plain_text' })).toEqual([200, 'SUCCESS']);
  expect((await call('GET', `${path}/${id}`)).json.email_signatures[0]).toEqual({
    ...{ id, ...good, editor_mode: 'plain_text', from: [] },
  });

  const { token, id: userId } = await crm.userWithout('Crm_Implied_Manage_Users');
  expect((await call('GET', path, { token })).status).toBe(204);
  expect((await call('GET', path, { token, query: { user_id: owner } })).json.code).toBe('NO_PERMISSION');
  expect((await call('GET', `${path}/${id}`, { token })).json.code).toBe('NO_PERMISSION');
  expect(await outcome('PUT', path, { id, content: 'x' }, { token })).toEqual([400, 'NO_PERMISSION']);
  expect((await call('DELETE', path, { token, query: { ids: id } })).json.email_signatures[0].code).toBe(
    'NO_PERMISSION',
  );
  const theirs = await write('POST', path, good, { query: { user_id: userId } });
  expect(theirs.status).toBe(201);
  expect((await call('GET', path, { token })).json.email_signatures).toHaveLength(1);
  expect(await outcome('POST', path, good, { query: { user_id: '1' } })).toEqual([400, invalid]);
  for (let count = 1; count < 5; count++) await write('POST', path, { ...good, name: String(count) }, { token });
  expect(await outcome('POST', path, { ...good, name: '5' }, { token })).toEqual([400, 'LIMIT_EXCEEDED']);

  expect((await call('DELETE', path)).json.code).toBe('REQUIRED_PARAM_MISSING');
  expect((await call('DELETE', path, { query: { ids: `${id},1` } })).status).toBe(207);
  expect((await call('GET', `${path}/${id}`)).status).toBe(404);
  // The path is one of the service, and of no other.
  for (const wrong of ['/crm/v8/settings/compose', '/crm/bulk/v8/settings/compose', '/crm//v8/users']) {
    expect((await call('GET', wrong)).json.code, wrong).toBe('INVALID_URL_PATTERN');
  }
});

test('users say how their mails begin', async () => {
  const write = async (...email_compose: unknown[]) => {
    const { status, json } = await call('PUT', compose, { body: { email_compose } });
    return [status, ...(json.email_compose?.map(({ code }: { code: string }) => code) ?? [json.code])];
  };
  const own = { type: 'primary', user_name: full_name, email: address };
  const first = { font: { size: 10, family: 'Verdana' }, default_from_address: own, default_replyto_address: own };
  expect((await call('GET', compose)).json.email_compose).toEqual(
    ['default', 'emailin', 'mass_mail'].map((type) => ({ type, ...first })),
  );
  const type = 'mass_mail';
  for (const [item, code] of [
    [7, invalid],
    [{}, missing],
    [{ type: 'x' }, invalid],
    [{ type, font: 7 }, invalid],
    [{ type, font: { size: 99 } }, invalid],
    [{ type, font: { size: 'big' } }, invalid],
    [{ type, default_from_address: { email: 'other@example.com' } }, invalid],
    [{ type, default_replyto_address: { email: 'nobody' } }, invalid],
    [{ type, default_replyto_address: { type: 'home' } }, invalid],
  ] as const) {
    expect(await write(item), JSON.stringify(item)).toEqual([400, code]);
  }
  const replyTo = { email: 'team@example.com', user_name: 'Team', type: 'org_email' };
  expect(await write({ type, font: { size: 12 }, default_replyto_address: replyTo }, {})).toEqual([
    ...[207, 'SUCCESS', missing],
  ]);
  expect((await call('GET', compose, { query: { type } })).json.email_compose).toEqual([
    { type, ...first, font: { size: 12, family: 'Verdana' }, default_replyto_address: replyTo },
  ]);
  expect((await call('GET', compose, { query: { type: 'default' } })).json.email_compose).toEqual([
    { type: 'default', ...first },
  ]);
  expect((await call('GET', compose, { query: { type: 'x' } })).json.code).toBe(invalid);
});

const makeTemplate = async (definition: unknown) => {
  const space = await crm.store.spaces.get(crm.organization.organizationId, 'production');
  const operator = space?.contents.users[0];
  if (!space || !operator) throw new Error('the organization is not there');
  return createTemplate(internalCall(crm.store, systemRandom, space, operator, crm.clock.nowMs()), definition);
};

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: merge fields look so
test('templates are defined by the operator, and fill mails', async () => {
  const path = '/crm/v8/settings/email_templates';
  const record = { Last_Name: 'O<b>yle', Company: 'Engines\nand more', Lead_Source: 'Advertisement' };
  const lead = (await call('POST', '/crm/v8/Leads', { body: { data: [record] } })).json.data[0].details.id;
  expect((await call('GET', path)).status).toBe(204);
  const welcome = {
    ...{ name: 'Welcome', module: 'Leads', subject: 'Hi ${!Leads.Last_Name} of ${Leads.Company}' },
    content:
      '<p>${!Leads.Last_Name}, ${!Leads.Email}, ${!Leads.Owner}</p>${!Users.email} ${!Org.company_name} ${!userSignature} ${price}',
  };
  for (const [definition, code, api_name] of [
    [7, invalid, undefined],
    [{ ...welcome, name: undefined }, missing, 'name'],
    [{ ...welcome, content: undefined }, missing, 'content'],
    [{ ...welcome, module: 'Vendors' }, 'INVALID_MODULE', 'module'],
    [{ ...welcome, kind: 'letter' }, invalid, 'kind'],
    [{ ...welcome, format: 'rtf' }, invalid, 'format'],
    [welcome, invalid, 'content'],
    [{ ...welcome, content: '${!Contacts.Last_Name}' }, invalid, 'content'],
    [{ ...welcome, content: 'x', subject: '${!Leads.Nothing}' }, invalid, 'subject'],
  ] as const) {
    const failure = await makeTemplate(definition).catch((error: unknown) => error);
    const body = (failure as { body?: { code: string; details: { api_name?: string } } }).body;
    expect([body?.code, body?.details.api_name], JSON.stringify(definition)).toEqual([code, api_name]);
  }
  const content = welcome.content.replace(' ${price}', '');
  const id = await makeTemplate({ ...welcome, content });
  await expect(makeTemplate({ ...welcome, content, name: 'WELCOME' })).rejects.toMatchObject({
    ...{ body: { code: 'DUPLICATE_DATA' } },
  });
  const quote = await makeTemplate({
    ...{ kind: 'inventory', name: 'Welcome', module: 'Quotes' },
    subject: 'Q',
    content: 'Q',
  });
  const listed = (await call('GET', path, { query: { module: 'Leads' } })).json;
  expect(listed.email_templates).toMatchObject([
    { id, name: 'Welcome', subject: welcome.subject, content, module: { api_name: 'Leads' }, active: true },
  ]);
  expect((await call('GET', `${path}/${id}`)).json.email_templates).toEqual(listed.email_templates);
  expect((await call('GET', `${path}/${quote}`)).status).toBe(404);
  const inventory = '/crm/v8/settings/inventory_templates';
  expect((await call('GET', `${inventory}/${quote}`)).json.inventory_templates[0].module.api_name).toBe('Quotes');
  const found = async (query: Record<string, string>, token?: string) => {
    const { status, json } = await call('GET', path, { query, ...(token === undefined ? {} : { token }) });
    return status === 200 ? json.email_templates.length : (json?.code ?? status);
  };
  expect(await found({ module: 'Deals' })).toBe(204);
  expect(await found({ module: 'Nothing' })).toBe('INVALID_MODULE');
  expect(await found({ category: 'favorite' })).toBe(204);
  expect(await found({ category: 'x' })).toBe(invalid);
  expect(await found({ sort_by: 'x' })).toBe(invalid);
  expect(await found({}, crm.tokenWithScopes(['ZohoCRM.templates.READ']))).toBe(1);
  expect(await found({}, crm.tokenWithScopes(['ZohoCRM.templates.email.READ']))).toBe(1);
  expect(await found({}, crm.tokenWithScopes(['ZohoCRM.templates.inventory.READ']))).toBe('OAUTH_SCOPE_MISMATCH');

  const signature = { name: 'Mine', content: '<i>Ada</i>', from: [{ email: address }] };
  await call('POST', `${compose}/email_signatures`, { body: { email_signatures: [signature] } });
  const base = { from: { email: address }, to: [{ email: 'zed@example.com' }] };
  const send = async (mail: object, options: CallOptions = {}, where = `Leads/${lead}`) => {
    const { json } = await call('POST', `/crm/v8/${where}/actions/send_mail`, {
      body: { data: [{ ...base, ...mail }] },
      ...options,
    });
    const [item] = json.data;
    if (item.code !== 'SUCCESS') return item;
    return (await call('GET', `/crm/v8/${where}/Emails/${item.details.message_id}`)).json.Emails[0];
  };
  const company = (await call('GET', '/crm/v8/org')).json.org[0].company_name;
  expect(await send({ template: { id } })).toMatchObject({
    subject: 'Hi O<b>yle of Engines and more',
    content: `<p>O&lt;b&gt;yle, , ${full_name}</p>${address} ${company} <i>Ada</i>`,
    mail_format: 'html',
  });
  expect(await send({ template: { id }, subject: 'Own', content: 'own' })).toMatchObject({
    subject: 'Own',
    content: 'own',
  });
  for (const template of [{ id: quote }, { id: '1' }, { id: 'x' }, {}, 7]) {
    const refused = await send({ template });
    expect([refused.code, refused.details?.json_path], JSON.stringify(template)).toEqual([
      ...[invalid, expect.stringMatching(/^\$\.data\[0\]\.template/)],
    ]);
  }
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: merge fields look so
