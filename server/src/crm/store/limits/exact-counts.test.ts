import { afterAll, expect, test } from 'vitest';
import { startCrm } from '../../testing/crm-platform.ts';

/** Limits on what a data space has hold for calls of the same moment, too: each works on a connection of its own. */
const crm = await startCrm();
afterAll(() => crm.close());

const tries = Array.from({ length: 10 }, (_, index) => index);
const space = crm.organization.environments[0]?.idPrefix;

/** How many of the calls made something; all others are refused for the limit. */
async function madeOf(answers: Promise<{ json: Record<string, { code: string }[]> }>[], key: string): Promise<number> {
  const codes = (await Promise.all(answers)).map(({ json }) => json[key]?.[0]?.code);
  expect(codes.filter((code) => code !== 'SUCCESS' && code !== 'LIMIT_EXCEEDED')).toEqual([]);
  return codes.filter((code) => code === 'SUCCESS').length;
}

test('variables: with one place left, one of ten at the same time is made', async () => {
  const path = '/crm/v8/settings/variables';
  const make = (name: string) => {
    const body = {
      variables: [{ name, api_name: name, type: 'text', value: 'x', variable_group: { name: 'General' } }],
    };
    return crm.call('POST', path, { body });
  };
  await make('First');
  await crm.database.query({
    text: `INSERT INTO crm_variable SELECT data_space, variable_id + n, 'v' || n, 'v' || n, type, value, group_id, description,
             created_by, created_at_ms, modified_by, modified_at_ms
           FROM crm_variable, generate_series(100000, 100497) AS n WHERE data_space = $1 AND api_name = 'First'`,
    values: [space],
  });
  expect(
    await madeOf(
      tries.map((index) => make(`Other${index}`)),
      'variables',
    ),
  ).toBe(1);
});

test('groups of variables, too', async () => {
  const path = '/crm/v8/settings/variable_groups';
  const make = (name: string) => crm.call('POST', path, { body: { variable_groups: [{ name }] } });
  await make('First');
  await crm.database.query({
    text: `INSERT INTO crm_variable_group
           SELECT $1::integer, 7000 + n, 'g' || n, 'g' || n, NULL
           FROM generate_series(1, 99 - (SELECT count(*) FROM crm_variable_group WHERE data_space = $1)::integer) AS n`,
    values: [space],
  });
  expect(
    await madeOf(
      tries.map((index) => make(`Other${index}`)),
      'variable_groups',
    ),
  ).toBe(1);
});
