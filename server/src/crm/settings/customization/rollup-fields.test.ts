import { afterAll, describe, expect, test } from 'vitest';
import { startCrm } from '../../testing/crm-platform.ts';
import { fieldCalls } from './testing/field-calls.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, created, fieldsOf, one, oneError } = fieldCalls(crm);

describe('roll-up fields', () => {
  const list = (more: object = {}) => ({ related_list: { api_name: 'Deals' }, ...more });
  const rollup = (field_label: string, of: string, parameter?: string, criteria?: object) => ({
    ...{ field_label, data_type: 'rollup_summary' },
    rollup_summary: list({
      expression: {
        function: of,
        ...(parameter ? { function_parameters: [{ api_name: parameter }] } : {}),
        ...(criteria ? { criteria } : {}),
      },
    }),
  });
  const won = { field: { api_name: 'Stage' }, comparator: 'equal', value: 'Closed Won' };
  const account = () => one('Accounts', { Account_Name: 'A' });
  const deal = (of: string, Amount: number | null, Stage = 'Qualification') =>
    one('Deals', { Deal_Name: 'D', Stage, Amount, Account_Name: { id: of } });
  const rolled = async (id: string) => {
    const [shown] = (await call('GET', `Accounts/${id}`)).json.data;
    return [shown.Deal_Count, shown.Deal_Sum, shown.Won_Sum, shown.Least, shown.Mean, shown.Doubled];
  };

  test('are made with what they are computed from, and computed for records that are there', async () => {
    const before = await account();
    await deal(before, 10, 'Closed Won');
    await deal(before, 5);
    for (const field of [
      rollup('Deal Count', 'count'),
      rollup('Deal Sum', 'sum', 'Amount'),
      rollup('Won Sum', 'sum', 'Amount', won),
      rollup('Least', 'min', 'Amount'),
    ]) {
      await created('Accounts', field);
    }
    const shown = await created('Accounts', rollup('Mean', 'average', 'Amount', won));
    expect(shown).toMatchObject({
      ...{ data_type: 'rollup_summary', json_type: 'double', read_only: true, custom_field: true },
      rollup_summary: {
        ...{ return_type: 'currency', rollup_based_on: 'related_list' },
        based_on_module: { api_name: 'Deals' },
        related_list: { api_name: 'Deals', id: expect.any(String) },
        expression: { function: 'average', function_parameters: [{ api_name: 'Amount' }], criteria: won },
      },
    });
    const formula = { return_type: 'double', expression: 'Deal_Sum * 2' };
    await created('Accounts', { field_label: 'Doubled', data_type: 'formula', formula });
    await expect.poll(() => rolled(before), { timeout: 15_000 }).toEqual([2, 15, 10, 5, 10, 30]);
    expect(await rolled(await account())).toEqual([0, 0, 0, null, null, 0]);
  });

  test('follow what is written, moved, deleted and restored, whoever does it', async () => {
    const [one_, other] = [await account(), await account()];
    const moved = await deal(one_, 7.5, 'Closed Won');
    const left = await deal(one_, null);
    expect(await rolled(one_)).toEqual([2, 7.5, 7.5, 7.5, 7.5, 15]);
    await call('PUT', `Deals/${left}`, { body: { data: [{ Amount: 2.5 }] } });
    expect(await rolled(one_)).toEqual([2, 10, 7.5, 2.5, 7.5, 20]);
    await call('PUT', `Deals/${moved}`, { body: { data: [{ Account_Name: { id: other } }] } });
    expect([await rolled(one_), await rolled(other)]).toEqual([
      [1, 2.5, 0, 2.5, null, 5],
      [1, 7.5, 7.5, 7.5, 7.5, 15],
    ]);
    const changed = (await call('GET', `Accounts/${other}`)).json.data[0].Modified_Time;
    await call('DELETE', 'Deals', { query: { ids: `${moved},${left}` } });
    expect([await rolled(one_), await rolled(other)]).toEqual([
      [0, 0, 0, null, null, 0],
      [0, 0, 0, null, null, 0],
    ]);
    await call('POST', `settings/recycle_bin/${moved}/actions/restore`);
    expect(await rolled(other)).toEqual([1, 7.5, 7.5, 7.5, 7.5, 15]);
    // A record that comes back says what is there by now.
    await call('DELETE', `Accounts/${other}`);
    await call('PUT', `Deals/${moved}`, { body: { data: [{ Amount: 8 }] } });
    await call('POST', `settings/recycle_bin/${other}/actions/restore`);
    expect((await rolled(other))[1]).toBe(8);
    expect(changed).toBe((await call('GET', `Accounts/${one_}`)).json.data[0].Modified_Time);
    const timeline = (await call('GET', `Accounts/${one_}/__timeline`)).json.__timeline;
    expect(timeline.map(({ action }: { action: string }) => action)).toEqual(['added']);
    const found = await call('GET', 'Accounts/search', { query: { criteria: '(Deal_Sum:equals:8)' } });
    expect(found.json.data.map(({ id }: { id: string }) => id)).toEqual([other]);
  });

  test('follow merges and conversions', async () => {
    const [master, child] = [await account(), await account()];
    await deal(master, 1);
    await deal(child, 2, 'Closed Won');
    const merge = [{ data: [{ id: child, _fields: [{ api_name: 'Phone' }] }] }];
    await call('POST', `Accounts/${master}/actions/merge`, { body: { merge } });
    await expect.poll(() => rolled(master), { timeout: 15_000 }).toEqual([2, 3, 2, 1, 2, 6]);
    const lead = await one('Leads', { Last_Name: 'l', Company: 'Company' });
    const body = {
      data: [
        {
          Accounts: { id: master },
          Deals: { Deal_Name: 'd', Stage: 'Qualification', Closing_Date: '2030-01-01', Amount: 4 },
        },
      ],
    };
    const converted = await crm.call('POST', `/crm/v8/Leads/${lead}/actions/convert`, { body });
    expect(converted.status, converted.text).toBe(200);
    expect(await rolled(master)).toEqual([3, 7, 2, 1, 2, 14]);
  });

  test('are right whoever writes at the same time, and not written by anybody', async () => {
    const id = await account();
    await Promise.all(Array.from({ length: 12 }, () => deal(id, 1)));
    expect((await rolled(id)).slice(0, 2)).toEqual([12, 12]);
    await call('PUT', `Accounts/${id}`, { body: { data: [{ Deal_Count: 99 }] } });
    expect((await rolled(id))[0]).toBe(12);
    const data = [
      { Deal_Name: 'x', Stage: 'Qualification', Amount: 'many' },
      { Deal_Name: 'y', Stage: 'Qualification', Account_Name: { id } },
    ];
    expect((await call('POST', 'Deals', { body: { data } })).status).toBe(207);
    expect((await rolled(id))[0]).toBe(13);
  });

  test('are refused with what was expected, and keep what they are computed from', async () => {
    const field = { field_label: 'X', data_type: 'rollup_summary' };
    const at = '$.fields[0].rollup_summary';
    const sum = (function_parameters?: unknown, criteria?: unknown) => ({
      ...field,
      rollup_summary: list({ expression: { function: 'sum', function_parameters, criteria } }),
    });
    const cases: [object, string, string][] = [
      [field, 'MANDATORY_NOT_FOUND', at],
      [{ ...field, rollup_summary: 7 }, 'INVALID_DATA', at],
      [{ ...field, rollup_summary: {} }, 'MANDATORY_NOT_FOUND', `${at}.related_list`],
      [{ ...field, rollup_summary: { related_list: 'Nope' } }, 'INVALID_DATA', `${at}.related_list`],
      [{ ...field, rollup_summary: { related_list: { api_name: 'Tasks' } } }, 'NOT_SUPPORTED', `${at}.related_list`],
      [{ ...field, rollup_summary: { related_list: { api_name: 'Products' } } }, 'NOT_SUPPORTED', `${at}.related_list`],
      [{ ...field, rollup_summary: list({ based_on_module: 'Leads' }) }, 'INVALID_DATA', `${at}.based_on_module`],
      [{ ...field, rollup_summary: list() }, 'MANDATORY_NOT_FOUND', `${at}.expression`],
      [{ ...field, rollup_summary: list({ expression: {} }) }, 'MANDATORY_NOT_FOUND', `${at}.expression.function`],
      [
        { ...field, rollup_summary: list({ expression: { function: 'x' } }) },
        'INVALID_DATA',
        `${at}.expression.function`,
      ],
      [sum(), 'MANDATORY_NOT_FOUND', `${at}.expression.function_parameters`],
      [sum([]), 'INVALID_DATA', `${at}.expression.function_parameters`],
      [sum([{ api_name: 'Deal_Name' }]), 'INVALID_DATA', `${at}.expression.function_parameters[0].api_name`],
      [
        sum([{ api_name: 'Amount' }], { field: { api_name: 'Locked__s' }, comparator: 'equal', value: true }),
        'NOT_SUPPORTED',
        `${at}.expression.criteria`,
      ],
    ];
    for (const [item, code, json_path] of cases) {
      const refused = await oneError('Accounts', item);
      expect([refused.code, refused.details.json_path], JSON.stringify(item)).toEqual([code, json_path]);
    }
    const own = await created('Deals', { field_label: 'Own Amount', data_type: 'integer' });
    const user = await created('Accounts', rollup('Own Sum', 'sum', 'Own_Amount'));
    const remove = (of: string, id: string) => call('DELETE', `settings/fields/${id}`, fieldsOf(of));
    expect((await remove('Deals', own.id)).json.fields[0]).toMatchObject({
      ...{ code: 'CANNOT_PROCESS', details: { api_name: 'Own_Sum' } },
    });
    expect((await remove('Accounts', user.id)).status).toBe(200);
    expect((await remove('Deals', own.id)).status).toBe(200);
  });
});
