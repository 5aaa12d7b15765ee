import { afterAll, expect, test } from 'vitest';
import { type CallOptions, startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const call = (method: string, path: string, options: CallOptions = {}) => crm.call(method, `/crm/v8/${path}`, options);
const [invalid, missing] = ['INVALID_DATA', 'MANDATORY_NOT_FOUND'];

test('business hours are set up once, and changed', async () => {
  const path = 'settings/business_hours';
  const write = async (method: string, business_hours: unknown) => {
    const { status, json } = await call(method, path, { body: { business_hours } });
    return [status, json.business_hours?.code ?? json.code];
  };
  expect((await call('GET', path)).status).toBe(204);
  const custom = { type: 'custom', business_days: ['Tuesday', 'Monday'], timezone: 'Europe/Berlin' };
  for (const [hours, code] of [
    [undefined, missing],
    [7, invalid],
    [{}, missing],
    [{ type: 'x' }, invalid],
    [{ type: '24_by_7', timezone: 'Moon' }, invalid],
    [{ type: 'custom' }, missing],
    [custom, missing],
    [{ ...custom, business_days: ['Someday'] }, invalid],
    [{ ...custom, daily_timing: ['18:00', '09:00'] }, invalid],
    [{ ...custom, daily_timing: ['09:00', '25:00'] }, invalid],
    [
      { ...custom, same_as_everyday: false, custom_timing: [{ days: 'Monday', business_timing: ['09:00', '12:00'] }] },
      missing,
    ],
    [
      { ...custom, same_as_everyday: false, custom_timing: [{ days: 'Friday', business_timing: ['09:00', '12:00'] }] },
      invalid,
    ],
  ] as const) {
    expect(await write('POST', hours), JSON.stringify(hours)).toEqual([400, code]);
  }
  expect(await write('PUT', { type: '24_by_7' })).toEqual([400, invalid]);
  expect(await write('POST', { ...custom, daily_timing: ['09:00', '17:30'] })).toEqual([201, 'SUCCESS']);
  expect(await write('POST', { type: '24_by_7' })).toEqual([400, 'DUPLICATE_DATA']);
  expect((await call('GET', path)).json.business_hours).toMatchObject({
    type: 'custom',
    timezone: 'Europe/Berlin',
    week_starts_on: 'Sunday',
    business_days: ['Monday', 'Tuesday'],
    same_as_everyday: true,
    daily_timing: ['09:00', '17:30'],
    custom_timing: [],
  });
  expect(await write('PUT', { type: '24_by_5', week_starts_on: 'Monday' })).toEqual([200, 'SUCCESS']);
  expect((await call('GET', path)).json.business_hours.business_days).toHaveLength(5);
});

test('holidays are made, listed by date, changed and deleted', async () => {
  const path = 'settings/holidays';
  const write = (method: string, where: string, ...holidays: unknown[]) => call(method, where, { body: { holidays } });
  const codes = (answer: { json: { holidays: { code: string }[] } }) => answer.json.holidays.map(({ code }) => code);
  expect((await call('GET', path)).status).toBe(204);
  const made = await write(
    'POST',
    path,
    { name: 'Christmas', date: '2026-12-25', type: 'business_holiday' },
    { name: 'New Year', date: '2026-01-01' },
    { name: 'Again', date: '2026-01-01' },
    { name: 'x', date: '2026-02-30' },
    { name: 'x', date: '2026-03-01', type: 'shift_holiday' },
    { name: 'x' },
    7,
  );
  expect(codes(made)).toEqual(['SUCCESS', 'SUCCESS', 'DUPLICATE_DATA', invalid, invalid, missing, invalid]);
  const { id } = made.json.holidays[0].details;
  const listed = await call('GET', path, { query: { year: '2026' } });
  expect(listed.json.holidays.map(({ name }: { name: string }) => name)).toEqual(['New Year', 'Christmas']);
  expect((await call('GET', path, { query: { year: '2027' } })).status).toBe(204);
  expect((await call('GET', path, { query: { year: 'x' } })).status).toBe(400);
  expect(codes(await write('PUT', path, { id, date: '2026-12-26' }, { id: '1' }, {}))).toEqual([
    'SUCCESS',
    invalid,
    missing,
  ]);
  expect((await call('GET', `${path}/${id}`)).json.holidays).toEqual([
    { id, name: 'Christmas', date: '2026-12-26', year: 2026, type: 'business_holiday' },
  ]);
  expect((await call('DELETE', `${path}/${id}`)).json.holidays[0].message).toBe('Holidays deleted successfully');
  expect((await call('GET', `${path}/${id}`)).status).toBe(404);
});

test('the fiscal year begins in a month', async () => {
  const path = 'settings/fiscal_year';
  const read = async () => (await call('GET', path)).json.fiscal_year;
  const write = (fiscal_year: unknown) => call('PUT', path, { body: { fiscal_year } });
  expect(await read()).toMatchObject({ start_month: 'January', display_based_on: 'start_month' });
  expect((await write({})).json.fiscal_year.code).toBe(missing);
  expect((await write({ start_month: 'Brumaire' })).json.fiscal_year.code).toBe(invalid);
  expect((await write({ start_month: 'April', display_based_on: 'end_month' })).json.fiscal_year.code).toBe('SUCCESS');
  expect(await read()).toMatchObject({ start_month: 'April', display_based_on: 'end_month' });
  const { token } = await crm.userWithout('Crm_Implied_Manage_Business_Hours');
  expect((await call('PUT', path, { token, body: {} })).json.code).toBe('NO_PERMISSION');
});
