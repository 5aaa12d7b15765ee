import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../testing/platform-process.ts';
import { operations } from './operations.ts';
import { checkedCalls } from './testing/checked-call.ts';
import { startCrm } from './testing/crm-platform.ts';
import { multipart } from './testing/multipart.ts';

/** The calls about people, settings and content: whatever comes, and whoever's ids, the answer is one of the wire's. */
const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);

const sound = [200, 201, 202, 204, 207, 304, 400, 401, 403, 404, 412, 413];
const hostile = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '\u0000',
    '\ud800',
    'a\udc00b',
    '9223372036854775808',
    '-1',
    9e307,
    { id: '\ud800' },
    [{ id: 1 }],
    {},
  ),
);

const lead = await one('Leads', { Last_Name: 'L', Company: 'C' });
const account = await one('Accounts', { Account_Name: 'A' });
const campaign = await one('Campaigns', { Campaign_Name: 'C' });
const deal = await one('Deals', { Deal_Name: 'D', Stage: 'Qualification' });
const tag = (await call('POST', 'settings/tags', { query: { module: 'Leads' }, body: { tags: [{ name: 'T' }] } })).json
  .tags[0].details.id as string;
const note = (await call('POST', `Leads/${lead}/Notes`, { body: { data: [{ Note_Content: 'n' }] } })).json.data[0]
  .details.id as string;
const space = crm.organization.environments[0]?.idPrefix as number;
const [manager, standard] = [`${space}000000026008`, `${space}000000026014`];

/** Paths of writes with the key of their list and the names that they read. */
const writes: readonly (readonly [string, string, string, readonly string[]])[] = [
  ['POST', 'settings/roles', 'roles', ['name', 'description', 'reporting_to', 'share_with_peers']],
  ['PUT', `settings/roles/${manager}`, 'roles', ['name', 'description', 'share_with_peers']],
  ['POST', `settings/profiles/${standard}/actions/clone`, 'profiles', ['name', 'description', 'permissions_details']],
  ['PUT', `settings/profiles/${standard}`, 'profiles', ['name', 'description', 'permissions_details']],
  ['POST', 'users', 'users', ['last_name', 'first_name', 'email', 'role', 'profile', 'time_zone', 'locale']],
  ['PUT', 'users', 'users', ['id', 'last_name', 'first_name', 'role', 'time_zone', 'status', 'country']],
  ['POST', 'settings/tags?module=Leads', 'tags', ['name', 'color_code']],
  ['PUT', `settings/tags/${tag}?module=Leads`, 'tags', ['name', 'color_code']],
  ['POST', `settings/tags/${tag}/actions/merge`, 'tags', ['conflict_id']],
  ['POST', `Leads/${lead}/actions/add_tags`, 'tags', ['name', 'id', 'color_code']],
  ['POST', `Leads/${lead}/actions/remove_tags`, 'tags', ['name', 'id']],
  ['POST', `Leads/${lead}/Notes`, 'data', ['Note_Title', 'Note_Content', 'Owner']],
  ['PUT', `Leads/${lead}/Notes/${note}`, 'data', ['Note_Title', 'Note_Content', 'Parent_Id']],
  ['POST', 'Notes', 'data', ['Note_Title', 'Note_Content', 'Parent_Id', 'se_module', '$se_module']],
  ['PUT', `Campaigns/${campaign}/Leads/${lead}`, 'data', ['Member_Status']],
  ['PUT', `Deals/${deal}/Contact_Roles`, 'data', ['id', 'Contact_Role']],
  ['POST', `Accounts/${account}/Contacts`, 'data', ['Last_Name', 'Email', 'Owner']],
  ['POST', `Leads/${lead}/actions/clone`, 'data', ['Last_Name', 'Company', 'Owner', 'Tag']],
  ['POST', `Leads/${lead}/actions/get_related_records_count`, 'get_related_records_count', ['related_list']],
  ['POST', 'settings/recycle_bin/actions/restore', 'recycle_bin', ['id']],
  ['POST', `Accounts/${account}/Locking_Information__s`, 'data', ['Locked_Reason__s', 'id']],
  ['POST', 'settings/audit_log_export', 'audit_log_export', ['criteria']],
];

/** Bodies of mass actions, which are no lists. */
const massNames = ['data', 'ids', 'cvid', 'territory', 'over_write', 'owner', 'notify', 'related_modules'];

describe('bodies', () => {
  test.each(writes)('%s %s', async (method, path, key, names) => {
    const item = fc.oneof(fc.dictionary(fc.constantFrom(...names), hostile, { maxKeys: 4 }), hostile);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.array(item, { maxLength: 3 }), hostile), async (list) => {
        const answer = await crm.call(method, `/crm/v8/${path}`, { body: { [key]: list } });
        expect(sound, answer.text).toContain(answer.status);
      }),
      { numRuns: 40 },
    );
  });

  test('of mass actions', async () => {
    const actions = ['mass_update', 'mass_delete', 'mass_change_owner', 'change_owner'] as const;
    const { json } = await call('GET', 'settings/custom_views', { query: { module: 'Solutions' } });
    const cvid = json.custom_views[0].id as string;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...actions),
        fc.dictionary(fc.constantFrom(...massNames), hostile, { maxKeys: 4 }),
        fc.boolean(),
        async (action, given, sensible) => {
          const body = sensible ? { cvid, data: [{ Status: 'x' }], owner: { id: manager }, ...given } : given;
          const answer = await crm.call('POST', `/crm/v8/Solutions/actions/${action}`, { body });
          expect(sound, answer.text).toContain(answer.status);
        },
      ),
      { numRuns: 120 },
    );
  });

  test('of conversions', async () => {
    const names = ['Accounts', 'Contacts', 'Deals', 'assign_to', 'carry_over_tags', 'move_attachments_to', 'overwrite'];
    const dealItem = fc.dictionary(
      fc.constantFrom('Deal_Name', 'Stage', 'Amount', 'Pipeline', 'Contact_Role'),
      hostile,
    );
    const item = fc
      .tuple(fc.dictionary(fc.constantFrom(...names), hostile, { maxKeys: 3 }), fc.option(dealItem))
      .map(([first, Deals]) => (Deals ? { ...first, Deals: { Deal_Name: 'd', Stage: 's', ...Deals } } : first));
    await fc.assert(
      fc.asyncProperty(item, async (conversion) => {
        const fresh = await one('Leads', { Last_Name: 'x', Company: 'y' });
        const path = `/crm/v8/Leads/${fresh}/actions/convert`;
        const answer = await crm.call('POST', path, { body: { data: [conversion] } });
        expect(sound, answer.text).toContain(answer.status);
      }),
      { numRuns: 40 },
    );
  });

  test('with files', async () => {
    const part = fc.record({
      filename: fc
        .string({ unit: 'binary', maxLength: 30 })
        .map((name) => name.replaceAll(/["\r\n]/g, '').toWellFormed()),
      type: fc.string({ maxLength: 20 }).map((type) => type.replaceAll(/[\r\n]/g, '')),
      content: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
    });
    const paths = fc.constantFrom(`Leads/${lead}/Attachments`, `Leads/${lead}/photo`, 'files');
    await fc.assert(
      fc.asyncProperty(paths, part, fc.nat({ max: 300 }), async (path, file, cut) => {
        const body = multipart({ file });
        const rawBody = cut < 30 ? body.rawBody.subarray(0, cut * 5) : body.rawBody;
        const answer = await crm.call('POST', `/crm/v8/${path}`, { ...body, rawBody });
        expect(sound, answer.text).toContain(answer.status);
      }),
      { numRuns: 120 },
    );
    const query = { fields: 'File_Name' };
    expect((await crm.call('GET', `/crm/v8/Leads/${lead}/Attachments`, { query })).status).toBe(200);
  });
});

test('queries', async () => {
  const paths = fc.constantFrom(
    `Leads/${lead}/Attachments`,
    `Leads/${lead}/Notes`,
    `Campaigns/${campaign}/Leads`,
    'settings/tags',
    'settings/layouts',
    'settings/related_lists',
    'settings/recycle_bin',
    'settings/audit_log_export',
    `Accounts/${account}/Locking_Information__s`,
    'Leads/actions/mass_update',
    '__features',
    '__apis',
    'files',
    `Leads/${lead}/__timeline`,
  );
  const names = [
    ...['fields', 'ids', 'page', 'per_page', 'page_token', 'module', 'filters', 'id', 'api_names', 'my_tags'],
    'job_id',
  ];
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('id', '1', '-1', '9'.repeat(30), 'Leads', '\u0000'),
  );
  await fc.assert(
    fc.asyncProperty(
      paths,
      fc.constantFrom('v2', 'v2.1', 'v3', 'v8'),
      fc.dictionary(fc.constantFrom(...names), texts, { maxKeys: 4 }),
      async (path, version, query) => {
        const wellFormed = Object.fromEntries(Object.entries(query).map(([key, text]) => [key, text.toWellFormed()]));
        const answer = await crm.call('GET', `/crm/${version}/${path}`, { query: { fields: 'id', ...wellFormed } });
        expect(sound, answer.text).toContain(answer.status);
      },
    ),
    { numRuns: 300 },
  );
});

test('no operation shows or changes anything of another organization, or of another environment', async () => {
  const target = await one('Leads', { Last_Name: 'Secret-Name', Company: 'Secret-Company' });
  const secretNote = (
    await call('POST', `Leads/${target}/Notes`, { body: { data: [{ Note_Content: 'Secret-Note' }] } })
  ).json.data[0].details.id;
  const attached = await call(
    'POST',
    `Leads/${target}/Attachments`,
    multipart({ file: { filename: 'Secret.txt', content: 'Secret' } }),
  );
  await call('POST', `Leads/${target}/actions/add_tags`, { body: { tags: [{ name: 'Secret-Tag' }] } });
  const binned = await one('Leads', { Last_Name: 'Secret-Binned' });
  await call('DELETE', `Leads/${binned}`);
  const role = (await call('POST', 'settings/roles', { body: { roles: [{ name: 'Secret-Role' }] } })).json.roles[0]
    .details.id;
  const held = await one('Leads', { Last_Name: 'Secret-Held' });
  const lock = await call('POST', `Leads/${held}/Locking_Information__s`, {
    body: { data: [{ Locked_Reason__s: 'Secret-Reason' }] },
  });
  const views = await call('GET', 'settings/custom_views', { query: { module: 'Vendors' } });
  const cvid = views.json.custom_views[0].id as string;
  const job = await call('POST', 'Vendors/actions/mass_delete', { body: { cvid } });
  const auditExport = await call('POST', 'settings/audit_log_export', {});
  const jobs = [job.json.data[0].details.job_id, auditExport.json.audit_log_export[0].details.id] as string[];
  const open = { text: 'SELECT 1 FROM crm_job WHERE data_space = $1 AND ended_at_ms IS NULL', values: [space] };
  await until(async () => (await crm.database.query(open)).length === 0, 'the jobs are done');
  const ids = [
    held,
    lock.json.data[0].details.id,
    cvid,
    ...jobs,
    target,
    secretNote,
    attached.json.data[0].details.id,
    binned,
    role,
    tag,
    manager,
    standard,
  ];
  // Everything of the organization, apart from counters and the log of events.
  const contents = async () => {
    const tables = [
      'record',
      'deleted_record',
      'attachment',
      'file',
      'link',
      'tag',
      'role',
      'profile',
      'user',
      'timeline',
      'record_lock',
      'job',
    ];
    const rows = await Promise.all(
      tables.map((table) =>
        crm.database.query<{ sum: string }>({
          text: `SELECT md5(string_agg(each::text, '|' ORDER BY each::text)) AS sum FROM crm_${table} AS each WHERE data_space = $1`,
          values: [space],
        }),
      ),
    );
    return rows.map(([row]) => row?.sum);
  };
  const before = await contents();
  const mass = (owner: string, view: string) => ({
    ...(owner < view ? { cvid: view } : {}),
    owner: { id: owner },
    audit_log_export: [{}],
  });
  const strangers = [
    { token: crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid), environment: 'production' as const },
    {
      token: crm.tokenFor(crm.organization.organizationId, crm.organization.ownerZuid, { environment: 'sandbox' }),
      environment: 'sandbox' as const,
    },
  ];
  const anyId = fc.constantFrom(...ids);
  const value = fc.oneof(
    anyId,
    anyId.map((id) => ({ id })),
  );
  const item = fc.record({
    id: anyId,
    name: fc.constant('x'),
    Last_Name: fc.constant('x'),
    Parent_Id: value,
    reporting_to: value,
    role: value,
    profile: value,
    conflict_id: anyId,
    Contacts: value,
    assign_to: value,
    se_module: fc.constant('Leads'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...operations),
      fc.constantFrom(...strangers),
      fc.array(anyId, { minLength: 4, maxLength: 4 }),
      fc.array(item, { minLength: 1, maxLength: 2 }),
      async (operation, stranger, [a, b, c], list) => {
        const values: Record<string, string> = { module: 'Leads', list: 'Notes', feature: 'tags' };
        let next = 0;
        const path = operation.path.replaceAll(
          /\{(\w+)\}/g,
          (_, name) => values[name] ?? ([a, b, c][next++] as string),
        );
        const bodies = ['data', 'tags', 'roles', 'profiles', 'users', 'recycle_bin', 'get_related_records_count'];
        const body = Object.fromEntries(bodies.map((key) => [key, list]));
        const answer = await crm.call(operation.method, `/crm/v8/${path}`, {
          ...stranger,
          query: {
            fields: 'Last_Name,Company,File_Name',
            module: 'Leads',
            ids: `${a},${b}`,
            transfer_to: c as string,
            transfer_to_id: c as string,
            id: a as string,
            job_id: a as string,
            type: 'AllUsers',
          },
          ...(operation.method === 'GET' || operation.method === 'DELETE'
            ? {}
            : { body: { ...body, ...mass(a as string, b as string), ids: [a, b] } }),
        });
        expect(sound, `${operation.method} ${path}: ${answer.text}`).toContain(answer.status);
        expect(answer.text).not.toContain('Secret');
      },
    ),
    { numRuns: 500 },
  );
  expect(await contents()).toEqual(before);
});
