import type { Stage } from '../stage.ts';
import { area } from '../table.ts';

async function setUp(stage: Stage) {
  const [top] = (await stage.prepare('GET', 'settings/territories')).territories;
  const item = (more: object = {}) => ({ name: stage.fresh('Territory'), reporting_to: { id: top.id }, ...more });
  const made = async (more: object = {}): Promise<string> => {
    const answer = await stage.prepare('POST', 'settings/territories', { body: { territories: [item(more)] } });
    return answer.territories[0].details.id;
  };
  const parent = await made();
  await made({ reporting_to: { id: parent } });
  return { top: top.id as string, item, made, parent, leaf: await made(), nobody: stage.id(999_999_999_999) };
}

const territories = (...items: object[]) => ({ body: { territories: items } });
const filters = (value: string) => ({
  filters: JSON.stringify({ comparator: 'contains', field: { api_name: 'name' }, value }),
});

export const territoryCalls = area('territories.json', setUp, {
  'GET settings/territories': [
    [200, {}],
    [200, { query: { ...filters('Territory'), page: '1', per_page: '1' } }],
    [204, { query: filters('No such') }],
    ['INVALID_DATA', { query: { filters: 'x' } }],
  ],
  'POST settings/territories': [
    [201, ({ item }) => territories(item())],
    [201, ({ item }) => territories(item({ description: 'cold', permission_type: 'read_only' }), item())],
    [207, ({ item }) => territories(item(), item({ name: 5 }))],
    ['MANDATORY_NOT_FOUND', ({ item }) => territories(item({ name: undefined }))],
    ['MANDATORY_NOT_FOUND', ({ item }) => territories(item({ reporting_to: undefined }))],
    ['INVALID_DATA', ({ item, nobody }) => territories(item({ reporting_to: { id: nobody } }))],
    ['INVALID_DATA', ({ item }) => territories(item({ permission_type: 'all' }))],
    ['MANDATORY_NOT_FOUND', { body: {} }],
  ],
  'PUT settings/territories': [
    [200, ({ leaf }) => territories({ id: leaf, description: 'warm' })],
    [207, ({ leaf, nobody }) => territories({ id: leaf, description: 'hot' }, { id: nobody })],
    ['MANDATORY_NOT_FOUND', territories({ description: 'x' })],
    ['INVALID_DATA', ({ nobody }) => territories({ id: nobody, description: 'x' })],
  ],
  'DELETE settings/territories': [
    [
      200,
      async ({ made }) => ({ query: { ids: `${await made()},${await made()}`, delete_previous_forecasts: 'true' } }),
    ],
    [207, async ({ made, nobody }) => ({ query: { ids: `${await made()},${nobody}` } })],
    ['INVALID_DATA', ({ nobody }) => ({ query: { ids: nobody } })],
    ['INVALID_DATA', ({ top }) => ({ query: { ids: top } })],
  ],
  'GET settings/territories/{territory}': [
    [200, ({ top }) => ({ at: { territory: top } })],
    [200, ({ leaf }) => ({ at: { territory: leaf } })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { territory: nobody } })],
    ['INVALID_DATA', { at: { territory: 'abc' } }],
  ],
  'GET settings/territories/{territory}/__child_territories': [
    [200, ({ parent }) => ({ at: { territory: parent } })],
    [204, ({ leaf }) => ({ at: { territory: leaf } })],
    [204, ({ parent }) => ({ at: { territory: parent }, query: filters('No such') })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { territory: nobody } })],
  ],
});
