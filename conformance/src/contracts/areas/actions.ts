import { until } from '../../../../server/src/testing/platform-process.ts';
import type { Stage } from '../stage.ts';
import { area } from '../table.ts';

async function setUp(stage: Stage) {
  const { ownerId } = stage;
  const lead = await stage.lead();
  const { custom_views } = await stage.prepare('GET', 'settings/custom_views', { query: { module: 'Solutions' } });
  const [all, mine] = custom_views.map(({ id }: { id: string }) => id) as [string, string];
  /** The id of a job that is done, so that the view is free again. */
  const done = async (action: string, body: object): Promise<string> => {
    const path = `Solutions/actions/${action}`;
    const { data } = await stage.prepare('POST', path, { body });
    const { job_id } = data[0].details;
    const job = async () => (await stage.prepare('GET', path, { query: { job_id } })).data[0];
    await until(async () => (await job()).Status === 'COMPLETED', 'the job is done');
    return job_id;
  };
  await stage.create('Solutions', { Solution_Title: 'Answer' });
  return {
    stage,
    lead,
    all,
    mine,
    done,
    at: { module_api_name: 'Solutions' },
    owner: { id: ownerId },
    nobody: stage.id(999_999_999_999),
  };
}

export const changeOwner = area('change_owner.json', setUp, {
  'POST {module_api_name}/actions/change_owner': [
    [200, ({ lead, owner }) => ({ body: { ids: [lead], owner, notify: true } })],
    [202, ({ lead, owner, nobody }) => ({ body: { ids: [lead, nobody], owner } })],
    ['MANDATORY_NOT_FOUND', ({ lead }) => ({ body: { ids: [lead] } })],
    ['MANDATORY_NOT_FOUND', ({ owner }) => ({ body: { owner } })],
    ['INVALID_DATA', ({ lead, nobody }) => ({ body: { ids: [lead], owner: { id: nobody } } })],
    ['INVALID_DATA', ({ owner, nobody }) => ({ body: { ids: [nobody], owner } })],
    [
      'INVALID_MODULE',
      ({ lead, owner }) => ({ body: { ids: [lead], owner, related_modules: [{ api_name: 'Nope' }] } }),
    ],
  ],
  'POST {module_api_name}/{id}/actions/change_owner': [
    [200, ({ lead, owner }) => ({ at: { id: lead }, body: { owner, notify: false } })],
    ['MANDATORY_NOT_FOUND', ({ lead }) => ({ at: { id: lead }, body: {} })],
    ['INVALID_DATA', ({ lead, nobody }) => ({ at: { id: lead }, body: { owner: { id: nobody } } })],
    ['INVALID_DATA', ({ owner, nobody }) => ({ at: { id: nobody }, body: { owner } })],
  ],
});

export const massUpdate = area('mass_update.json', setUp, {
  'POST {module_api_name}/actions/mass_update': [
    [200, ({ lead }) => ({ body: { data: [{ Lead_Source: 'Advertisement' }], ids: [lead], over_write: true } })],
    [200, ({ mine, at }) => ({ at, body: { data: Question(), cvid: mine, over_write: true } })],
    ['INVALID_DATA', ({ nobody, at }) => ({ at, body: { data: Question(), cvid: nobody } })],
    ['LIMIT_EXCEEDED', ({ lead }) => ({ body: { data: [{ City: 'x', Company: 'y' }], ids: [lead] } })],
    ['MANDATORY_NOT_FOUND', ({ lead }) => ({ body: { ids: [lead] } })],
    ['INVALID_DATA 200', ({ nobody }) => ({ body: { data: [{ City: 'x' }], ids: [nobody] } })],
  ],
  'GET {module_api_name}/actions/mass_update': [
    [
      200,
      async ({ done, all, at }) => ({
        at,
        query: { job_id: await done('mass_update', { data: Question(), cvid: all }) },
      }),
    ],
    ['INVALID_DATA', ({ nobody }) => ({ query: { job_id: nobody } })],
    ['INVALID_DATA', { query: { job_id: 'abc' } }],
  ],
});

const Question = () => [{ Question: 'Why?' }];

export const massDelete = area('mass_delete.json', setUp, {
  'POST {module_api_name}/actions/mass_delete': [
    [200, async ({ stage }) => ({ body: { ids: [await stage.lead(), await stage.lead()] } })],
    [207, async ({ stage, nobody }) => ({ body: { ids: [await stage.lead(), nobody] } })],
    [200, ({ mine, at }) => ({ at, body: { cvid: mine } })],
    ['INVALID_DATA', ({ nobody, at }) => ({ at, body: { cvid: nobody } })],
    ['INVALID_DATA', { body: { ids: ['abc'] } }],
    ['MANDATORY_NOT_FOUND', { body: {} }],
  ],
  'GET {module_api_name}/actions/mass_delete': [
    [200, async ({ done, all, at }) => ({ at, query: { job_id: await done('mass_delete', { cvid: all }) } })],
    ['INVALID_DATA', ({ nobody }) => ({ query: { job_id: nobody } })],
  ],
});

const watches = async (stage: Stage) => {
  let channel = 100_000;
  const item = (more: object = {}) => ({
    channel_id: String(++channel),
    events: ['Deals.all'],
    notify_url: 'http://127.0.0.1:9/notify',
    token: 'a token',
    ...more,
  });
  const created = async () => {
    const watch = item();
    await stage.prepare('POST', 'actions/watch', { body: { watch: [watch] } });
    return watch;
  };
  return { stage, item, created };
};
const watch = (...items: object[]) => ({ body: { watch: items } });

export const notifications = area('notifications.json', watches, {
  'GET actions/watch': [
    [200, async ({ created }) => ({ query: { channel_id: (await created()).channel_id } })],
    [200, { query: { module: 'Deals', page: '1', per_page: '1' } }],
    [204, { query: { channel_id: '1' } }],
    ['INVALID_DATA', { query: { module: 'Nope' } }],
  ],
  'POST actions/watch': [
    [201, ({ item }) => watch(item())],
    [
      201,
      ({ item }) =>
        watch(
          item({
            events: ['Leads.create', 'Contacts.edit'],
            return_affected_field_values: true,
            notify_on_related_action: false,
          }),
        ),
    ],
    ['MANDATORY_NOT_FOUND', ({ item }) => watch({ ...item(), notify_url: undefined })],
    ['INVALID_DATA', ({ item }) => watch(item({ token: 'x'.repeat(51) }))],
    ['INVALID_DATA', ({ item }) => watch(item({ events: ['Nope.all'] }))],
    ['MANDATORY_NOT_FOUND', { body: {} }],
  ],
  'PUT actions/watch': [
    [200, async ({ created }) => watch({ ...(await created()), events: ['Contacts.edit'] })],
    ['NOT_SUBSCRIBED', ({ item }) => watch(item())],
    ['MANDATORY_NOT_FOUND', watch({ events: ['Contacts.edit'] })],
  ],
  'PATCH actions/watch': [
    [200, async ({ created }) => watch({ channel_id: (await created()).channel_id, token: 'another' })],
    [
      200,
      async ({ created }) =>
        watch({ channel_id: (await created()).channel_id, events: ['Deals.all'], _delete_events: true }),
    ],
    ['NOT_SUBSCRIBED', ({ item }) => watch({ channel_id: item().channel_id, token: 'another' })],
    ['EXPECTED_FIELD_MISSING', async ({ created }) => watch({ channel_id: (await created()).channel_id })],
  ],
  'DELETE actions/watch': [
    [200, async ({ created }) => ({ query: { channel_ids: (await created()).channel_id } })],
    ['NOT_SUBSCRIBED', { query: { channel_ids: '1' } }],
  ],
});
