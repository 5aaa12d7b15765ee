import { afterAll, describe, expect, test } from 'vitest';
import { startCrm } from '../testing/crm-platform.ts';

/** Which scopes open which call: the table of crm-api 4, line by line. */
const crm = await startCrm();
afterAll(() => crm.close());

const id = '1000001000010000099';

/** Whether a token with these scopes passes the check of scopes; what the call then answers is another matter. */
async function passes(call: string, scopes: readonly string[]): Promise<boolean> {
  const [method = '', path = '', ...words] = call.split(' ');
  const body = words.join(' ');
  const options = body === '' ? {} : { rawBody: body, headers: { 'content-type': 'application/json' } };
  const prefix = path.startsWith('bulk/') ? `/crm/bulk/v8/${path.slice(5)}` : `/crm/v8/${path}`;
  const token = crm.tokenWithScopes(scopes.map((scope) => (/^Zoho/.test(scope) ? scope : `ZohoCRM.${scope}`)));
  const answer = await crm.call(method, prefix, { ...options, token });
  expect([call, answer.status]).not.toEqual([call, 404 + Number(answer.json?.code !== 'INVALID_URL_PATTERN') * 1000]);
  return answer.json?.code !== 'OAUTH_SCOPE_MISMATCH';
}

const readLeads = ['modules.ALL', 'modules.READ', 'modules.leads.ALL', 'modules.leads.READ', 'MODULES.Leads.read'];
const createLeads = [
  'modules.ALL',
  'modules.CREATE',
  'modules.WRITE',
  'modules.leads.ALL',
  'modules.leads.CREATE',
].concat('modules.leads.WRITE');
const updateLeads = [
  'modules.ALL',
  'modules.UPDATE',
  'modules.WRITE',
  'modules.leads.ALL',
  'modules.leads.UPDATE',
].concat('modules.leads.WRITE');
const deleteLeads = ['modules.ALL', 'modules.DELETE', 'modules.leads.ALL', 'modules.leads.DELETE'];
const others = ['settings.ALL', 'users.ALL', 'org.ALL', 'coql.READ', 'bulk.ALL', 'notifications.ALL', 'files.ALL'];
const noRead = [...others, 'modules.CREATE', 'modules.WRITE', 'modules.leads.DELETE', 'modules.contacts.ALL'];
const noCreate = [...others, 'modules.READ', 'modules.UPDATE', 'modules.leads.DELETE', 'modules.contacts.ALL'];
const noUpdate = [...others, 'modules.READ', 'modules.CREATE', 'modules.leads.DELETE', 'modules.contacts.WRITE'];
const noDelete = [...others, 'modules.READ', 'modules.WRITE', 'modules.leads.WRITE', 'modules.contacts.DELETE'];

/** `settings.ALL`, `settings.OP`, `settings.{area}.ALL`, `settings.{area}.OP`. */
const ofSettings = (area: string, operation: string) => [
  'settings.ALL',
  `settings.${operation}`,
  `settings.${area}.ALL`,
  `settings.${area}.${operation}`,
];
const noSettings = ['modules.ALL', 'users.ALL', 'org.ALL', 'settings.tab_groups.ALL'];

/** The call, each scope that opens it alone, and scopes that do not. */
const lines: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['GET Leads', readLeads, noRead],
  [`GET Leads/${id}`, readLeads, noRead],
  ['GET Leads/deleted', readLeads, noRead],
  ['GET Leads/actions/count', readLeads, noRead],
  [`GET Leads/${id}/photo`, readLeads, noRead],
  [`GET Leads/${id}/__timeline`, readLeads, noRead],
  [`GET Leads/${id}/Products`, readLeads, [...noRead, 'modules.products.READ']],
  ['POST Leads', createLeads, noCreate],
  ['POST Leads/upsert', createLeads, noCreate],
  [`POST Leads/${id}/actions/clone`, createLeads, noCreate],
  [`POST Leads/${id}/photo`, createLeads, noCreate],
  ['PUT Leads', updateLeads, noUpdate],
  [`PUT Leads/${id}`, updateLeads, noUpdate],
  [`PUT Leads/${id}/Products/${id}`, updateLeads, noUpdate],
  ['POST Leads/actions/add_tags', updateLeads, noUpdate],
  [`POST Leads/${id}/actions/remove_tags`, updateLeads, noUpdate],
  ['DELETE Leads', deleteLeads, noDelete],
  [`DELETE Leads/${id}`, deleteLeads, noDelete],
  [`DELETE Leads/${id}/Products/${id}`, deleteLeads, noDelete],
  [`DELETE Leads/${id}/photo`, deleteLeads, noDelete],
  ['POST coql', ['coql.READ'], ['modules.ALL', 'settings.ALL']],
  ['GET Notes', ['modules.ALL', 'modules.notes.READ', 'modules.notes.ALL'], ['modules.leads.ALL', 'settings.ALL']],
  [`GET Leads/${id}/Notes`, [...readLeads, 'modules.notes.READ', 'modules.notes.ALL'], ['modules.notes.CREATE']],
  [`POST Leads/${id}/Notes`, [...createLeads, 'modules.notes.CREATE'], [...noCreate, 'modules.notes.READ']],
  [`GET Leads/${id}/Attachments`, [...readLeads, 'modules.attachments.READ'], ['modules.attachments.CREATE']],
  [`POST Leads/${id}/Attachments`, [...createLeads, 'modules.attachments.ALL'], noCreate],
  [`DELETE Leads/${id}/Attachments/${id}`, [...deleteLeads, 'modules.attachments.DELETE'], noDelete],
  [`POST Leads/${id}/actions/convert`, ['modules.ALL', 'modules.leads.ALL', 'modules.leads.CREATE'], noCreate],
  [`GET Leads/${id}/__conversion_options`, readLeads, noRead],
  [`GET bulk/read/${id}`, ['bulk.READ', 'bulk.ALL'], ['bulk.CREATE', 'modules.ALL']],
  [`GET bulk/read/${id}/result`, ['bulk.READ', 'bulk.ALL'], ['bulk.CREATE', 'modules.ALL']],
  [`GET bulk/write/${id}`, ['bulk.CREATE', 'bulk.READ', 'bulk.ALL'], ['bulk.UPDATE', 'modules.ALL']],
  ['GET settings/modules', ofSettings('modules', 'READ'), noSettings],
  ['GET settings/fields', ofSettings('fields', 'READ'), noSettings],
  ['GET settings/layouts', ofSettings('layouts', 'READ'), noSettings],
  ['GET settings/related_lists', ofSettings('related_lists', 'READ'), noSettings],
  ['GET settings/custom_views', ofSettings('custom_views', 'READ'), noSettings],
  ['GET settings/roles', ofSettings('roles', 'READ'), noSettings],
  ['POST settings/roles', ofSettings('roles', 'CREATE'), [...noSettings, 'settings.roles.READ']],
  ['GET settings/profiles', ofSettings('profiles', 'READ'), noSettings],
  ['GET settings/tags', ofSettings('tags', 'READ'), noSettings],
  ['DELETE settings/tags/1', ofSettings('tags', 'DELETE'), [...noSettings, 'settings.tags.UPDATE']],
  ['GET settings/variables', ofSettings('variables', 'READ'), noSettings],
  ['GET settings/variable_groups', ofSettings('variable_groups', 'READ'), noSettings],
  ['GET settings/recycle_bin', ofSettings('recycle_bin', 'READ'), noSettings],
  [`POST Leads/${id}/Locking_Information__s`, createLeads, noCreate],
  [`DELETE Leads/${id}/Locking_Information__s/${id}`, deleteLeads, noDelete],
  [`GET Leads/${id}/actions/fetch_full_data`, readLeads, noRead],
  [`GET Leads/deleted/${id}/Notes`, [...readLeads, 'modules.notes.READ'], ['modules.notes.CREATE']],
  [
    `POST Leads/${id}/actions/send_mail`,
    ['send_mail.ALL', 'send_mail.leads.CREATE'],
    ['send_mail.contacts.CREATE', 'modules.ALL', 'settings.emails.ALL'],
  ],
  ['POST settings/fields', ofSettings('fields', 'CREATE'), [...noSettings, 'settings.fields.READ']],
  ['GET settings/territories', ofSettings('territories', 'READ'), noSettings],
  ['GET settings/pipeline', ofSettings('pipeline', 'READ'), noSettings],
  ['POST settings/audit_log_export', ofSettings('audit_logs', 'CREATE'), noSettings],
  ['GET settings/emails/actions/from_addresses', ofSettings('emails', 'READ'), noSettings],
  ['POST settings/variable_groups', ['settings.ALL', 'settings.variable_groups.ALL'], noSettings],
  ['GET org/photo', ['org.ALL', 'org.READ'], ['settings.ALL', 'org.CREATE']],
  ['POST org/photo', ['org.ALL', 'org.CREATE'], ['settings.ALL', 'org.READ']],
  ['DELETE org/photo', ['org.ALL', 'org.DELETE'], ['settings.ALL', 'org.READ']],
  ['GET users', ['users.ALL', 'users.READ'], ['users.CREATE', 'modules.ALL', 'settings.ALL', 'org.ALL']],
  ['GET users/actions/count', ['users.ALL', 'users.READ'], ['users.UPDATE', 'settings.ALL']],
  ['PUT users', ['users.ALL', 'users.UPDATE'], ['users.READ', 'settings.ALL']],
  ['GET org/currencies', ofSettings('currencies', 'READ'), noSettings],
  [`GET org/currencies/${id}`, ofSettings('currencies', 'READ'), noSettings],
  ['GET org', ['org.ALL', 'org.READ'], ['settings.ALL', 'users.ALL', 'modules.ALL']],
  ['GET __features', ['features.ALL', 'features.READ'], ['settings.ALL', 'modules.ALL']],
  ['GET __apis', ['apis.ALL', 'apis.READ'], ['settings.ALL', 'modules.ALL']],
  ['GET actions/watch', ['notifications.ALL', 'notifications.READ'], ['notifications.CREATE', 'modules.ALL']],
  ['DELETE actions/watch', ['notifications.ALL', 'notifications.DELETE'], ['notifications.READ', 'modules.ALL']],
  [
    'POST Leads/actions/mass_update',
    ['mass_update.ALL', 'mass_update.leads.UPDATE', 'mass_update.leads.ALL', 'modules.leads.UPDATE', 'modules.ALL'],
    ['mass_update.contacts.UPDATE', 'mass_update.leads.READ', 'modules.leads.CREATE'],
  ],
  [
    'POST Leads/actions/mass_delete',
    ['mass_delete.ALL', 'mass_delete.leads.DELETE', 'mass_delete.leads.ALL'],
    ['mass_delete.contacts.DELETE', 'mass_delete.leads.READ', 'modules.ALL'],
  ],
  [
    `POST Leads/${id}/actions/change_owner`,
    ['change_owner.ALL', 'change_owner.CREATE', 'change_owner.leads.CREATE'],
    ['change_owner.contacts.CREATE', 'change_owner.READ', 'modules.ALL'],
  ],
  ['POST __composite_requests', ['composite_requests.CUSTOM'], ['modules.ALL', 'settings.ALL']],
  ['POST files', ['files.ALL', 'files.CREATE'], ['files.READ', 'modules.ALL']],
  ['GET files', ['files.ALL', 'files.READ'], ['files.CREATE', 'modules.ALL']],
];

test.each(lines)('%s', async (call, enough, tooLittle) => {
  for (const scope of enough) expect([scope, await passes(call, [scope])]).toEqual([scope, true]);
  for (const scope of tooLittle) expect([scope, await passes(call, [scope])]).toEqual([scope, false]);
});

describe('tokens of modules', () => {
  test.each([
    ['Price_Books', ['modules.pricebooks.READ', 'modules.Price_Books.READ', 'modules.price_books.ALL']],
    ['Sales_Orders', ['modules.salesorders.READ', 'modules.Sales_Orders.READ']],
    ['Purchase_Orders', ['modules.purchaseorders.READ', 'modules.PURCHASE_ORDERS.READ']],
    ['My_Own_Module', ['modules.custom.READ', 'modules.READ', 'modules.custom.ALL']],
    ['Events', ['modules.events.READ']],
  ])('of %s, with and without underscores', async (module, scopes) => {
    for (const scope of scopes) expect([scope, await passes(`GET ${module}`, [scope])]).toEqual([scope, true]);
    expect(await passes(`GET ${module}`, ['modules.leads.READ'])).toBe(false);
  });
});

describe('calls that need two', () => {
  const search = 'ZohoSearch.securesearch.READ';
  const query = 'POST coql {"select_query":"select id from Leads where id is not null"}';
  const twoModules = query.replace(' id from', ' Converted_Account.Account_Name from');
  const job = 'POST bulk/read {"query":{"module":{"api_name":"Leads"}}}';
  const write =
    'POST bulk/write {"operation":"insert","resource":[{"type":"data","module":{"api_name":"Leads"},"file_id":"1"}]}';
  const watch =
    'POST actions/watch {"watch":[{"channel_id":"1","events":["Leads.create"],"notify_url":"http://127.0.0.1:9/"}]}';
  test.each([
    ['GET Leads/search', ['modules.leads.READ', search]],
    ['GET Users/search', ['users.READ', search]],
    [query, ['coql.READ', 'modules.leads.READ']],
    [twoModules, ['coql.READ', 'modules.leads.READ', 'modules.accounts.READ']],
    [query.replace('}', ',"include_meta":["fields"]}'), ['coql.READ', 'modules.leads.READ', 'settings.fields.READ']],
    [job, ['bulk.READ', 'modules.leads.READ']],
    [write, ['bulk.CREATE', 'modules.leads.CREATE']],
    [watch, ['notifications.CREATE', 'modules.leads.READ']],
  ])('%s', async (call, scopes) => {
    expect(await passes(call, scopes)).toBe(true);
    for (const missing of scopes) {
      const held = scopes.filter((scope) => scope !== missing);
      expect([missing, await passes(call, held)]).toEqual([missing, false]);
    }
  });

  test('an upload takes any one of its scopes', async () => {
    for (const [scope, opens] of [
      ['ZohoFiles.files.ALL', true],
      ['ZohoFiles.files.CREATE', true],
      ['ZohoCRM.bulk.ALL', true],
      ['ZohoCRM.bulk.CREATE', true],
      ['ZohoCRM.bulk.READ', false],
      ['ZohoCRM.modules.ALL', false],
    ] as const) {
      const answer = await crm.call('POST', '/crm/v8/upload', { content: true, token: crm.tokenWithScopes([scope]) });
      expect([scope, answer.json.code !== 'OAUTH_SCOPE_MISMATCH']).toEqual([scope, opens]);
    }
  });
});
