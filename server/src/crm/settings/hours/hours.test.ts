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
    { name: 'x', date: '2026-03-01', type: 'lunar_holiday' },
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

test('shifts have hours, breaks, users and holidays', async () => {
  const path = 'settings/business_hours/shift_hours';
  const write = (method: string, where: string, ...shift_hours: unknown[]) =>
    call(method, where, { body: { shift_hours } });
  const [{ id: owner }] = (await call('GET', 'users')).json.users;
  expect((await call('GET', path)).status).toBe(204);
  // The vendor's SDKs write hours without leading zeros.
  const night = { name: 'Night', shift_days: ['Monday', 'Friday'], daily_timing: ['22:0', '6:00'] };
  const pause = (...daily_timing: string[]) => ({ break_hours: [{ break_days: ['Friday'], daily_timing }] });
  const day = (date: string) => ({ name: 'Off', date });
  for (const [shift, code] of [
    [7, invalid],
    [{}, missing],
    [{ name: 'x' }, missing],
    [{ ...night, timezone: 'Moon' }, invalid],
    [{ ...night, daily_timing: ['22:00', '22:00'] }, invalid],
    [{ ...night, daily_timing: ['22:00', '24:00'] }, invalid],
    [{ ...night, ...pause('21:00', '23:00') }, invalid],
    [{ ...night, ...pause('05:00', '07:00') }, invalid],
    [{ ...night, break_hours: [{ break_days: ['Sunday'], daily_timing: ['23:00', '23:30'] }] }, invalid],
    [{ ...night, break_hours: Array(11).fill({}) }, invalid],
    [{ ...night, users: [{ id: '1' }] }, invalid],
    [{ ...night, users: [{}] }, missing],
    [{ ...night, users: [{ id: owner }, { id: owner }] }, 'DUPLICATE_DATA'],
    [{ ...night, users: [{ id: owner, effective_from: 'soon' }] }, invalid],
    [{ ...night, holidays: [day('2026-02-30')] }, invalid],
    [{ ...night, holidays: [day('2026-02-20'), day('2026-02-20')] }, 'DUPLICATE_DATA'],
  ] as const) {
    const answer = await write('POST', path, shift);
    expect([answer.status, answer.json.shift_hours[0].code], JSON.stringify(shift)).toEqual([400, code]);
  }
  expect((await call('GET', path)).status).toBe(204);
  const made = await write('POST', path, {
    ...{ ...night, ...pause('23:30', '00:15'), timezone: 'Europe/Berlin' },
    ...{ users: [{ id: owner, effective_from: '2020-01-01' }], holidays: [day('2026-02-20')] },
  });
  const { id } = made.json.shift_hours[0].details;
  const get = async () => (await call('GET', `${path}/${id}`)).json.shift_hours[0];
  const first = await get();
  expect(first).toMatchObject({
    ...{ id, name: 'Night', timezone: 'Europe/Berlin', shift_days: ['Monday', 'Friday'], users_count: 1 },
    ...{ daily_timing: ['22:00', '06:00'], custom_timing: [], same_as_everyday: true },
    break_hours: [{ break_days: ['Friday'], daily_timing: ['23:30', '00:15'] }],
    users: [{ id: owner, effective_from: '2020-01-01' }],
    holidays: [{ name: 'Off', date: '2026-02-20', year: 2026 }],
  });

  // A holiday of a shift is one of the holidays.
  const holidays = 'settings/holidays';
  const ofShifts = { query: { type: 'shift_holiday', shift_id: id } };
  expect((await call('GET', holidays, ofShifts)).json.holidays).toMatchObject([
    { id: first.holidays[0].id, type: 'shift_holiday', shift_hour: { name: 'Night', id } },
  ]);
  const more = (item: object) => call('POST', holidays, { body: { holidays: [item] } });
  const type = 'shift_holiday';
  expect((await more({ ...day('2026-02-21'), type })).json.holidays[0].code).toBe(missing);
  expect((await more({ ...day('2026-02-21'), type, shift_hour: { id: '1' } })).json.holidays[0].code).toBe(invalid);
  expect((await more({ ...day('2026-02-20'), type, shift_hour: { id } })).json.holidays[0].code).toBe('DUPLICATE_DATA');
  expect((await more({ ...day('2026-02-21'), type, shift_hour: { id } })).json.holidays[0].code).toBe('SUCCESS');

  // Users know their shifts; one later on is the next one.
  const later = await write('POST', path, {
    ...{ ...night, name: 'Later', same_as_everyday: false, users: [{ id: owner, effective_from: '2999-01-01' }] },
    custom_timing: ['Monday', 'Friday'].map((days) => ({ days, shift_timing: ['08:00', '12:00'] })),
  });
  const next = later.json.shift_hours[0].details.id;
  const user = (await call('GET', `users/${owner}`)).json.users[0];
  expect([user.$current_shift, user.$shift_effective_from, user.$next_shift]).toEqual([
    ...[{ name: 'Night', id }, '2020-01-01'],
    { name: 'Later', id: next },
  ]);
  const listed = (await call('GET', path)).json;
  expect(listed.shift_count).toEqual({ total_shift: 2, total_shift_with_user: 2 });
  expect(listed.shift_hours.map(({ name }: { name: string }) => name)).toEqual(['Later', 'Night']);

  // What a change does not say stays; lists that it says replace those that were there.
  const [pauses] = first.break_hours;
  const changed = await write('PUT', path, {
    ...{ id, name: 'Nights', holidays: [{ id: first.holidays[0].id, name: 'Rest' }], users: [] },
  });
  expect(changed.status).toBe(200);
  expect(await get()).toMatchObject({
    ...{ name: 'Nights', users: [], users_count: 0, break_hours: [{ id: pauses.id }] },
    holidays: [{ id: first.holidays[0].id, name: 'Rest', date: '2026-02-20' }],
  });
  const wrong = async (...items: unknown[]) =>
    (await write('PUT', path, ...items)).json.shift_hours.map(({ code }: { code: string }) => code);
  expect(
    await wrong(
      {},
      { id: '1' },
      { id, name: 'LATER' },
      { id, daily_timing: ['01:00', '02:00'] },
      { id, shift_days: ['Monday'] },
    ),
  ).toEqual([missing, invalid, 'DUPLICATE_DATA', invalid, invalid]);
  expect((await call('DELETE', `${path}/${id}`)).status).toBe(200);
  expect((await call('GET', `${path}/${id}`)).status).toBe(404);
  expect((await call('GET', holidays, ofShifts)).status).toBe(204);
});

test('users say when they are away', async () => {
  const path = 'settings/users_unavailability';
  const write = (method: string, where: string, item: unknown, token?: string) =>
    call(method, where, { body: { users_unavailability: [item] }, ...(token === undefined ? {} : { token }) });
  const outcome = async (...args: Parameters<typeof write>) => {
    const { status, json } = await write(...args);
    return [status, json.users_unavailability[0].code];
  };
  const [{ id: owner, role }] = (await call('GET', 'users')).json.users;
  expect((await call('GET', path)).status).toBe(204);
  const july = { from: '2026-07-01T00:00:00+02:00', to: '2026-07-14T23:59:59+02:00' };
  for (const [item, code] of [
    [7, invalid],
    [{}, missing],
    [{ ...july, to: july.from }, invalid],
    [{ ...july, from: 'now' }, invalid],
    [{ ...july, user: { id: '1' } }, invalid],
    [{ ...july, comments: 'x'.repeat(251) }, invalid],
    [{ ...july, all_day: 'maybe' }, invalid],
  ] as const) {
    expect(await outcome('POST', path, item), JSON.stringify(item)).toEqual([400, code]);
  }
  const made = await write('POST', path, { ...july, comments: 'Sea', user: { id: owner }, tp_event_id: 'e1' });
  expect(made.status).toBe(201);
  const { id } = made.json.users_unavailability[0].details;
  const [shown] = (await call('GET', `${path}/${id}`)).json.users_unavailability;
  expect(shown).toMatchObject({ id, comments: 'Sea', all_day: false, user: { id: owner }, tp_event_id: 'e1' });
  expect(Date.parse(shown.from)).toBe(Date.parse(july.from));

  const found = async (query: Record<string, string>) => {
    const { status, json } = await call('GET', path, { query });
    return status === 200 ? json.users_unavailability.length : status;
  };
  const time = (api_name: string, comparator: string, value: unknown) => ({ field: { api_name }, comparator, value });
  const during = (day: string) =>
    JSON.stringify({
      group_operator: 'AND',
      group: [time('from', 'less_equal', `${day}T12:00:00Z`), time('to', 'greater_equal', `${day}T12:00:00Z`)],
    });
  expect(await found({ filters: during('2026-07-02') })).toBe(1);
  expect(await found({ filters: during('2026-08-02') })).toBe(204);
  expect(
    await found({ filters: JSON.stringify(time('from', 'between', ['2026-06-01T00:00:00Z', '2026-08-01T00:00:00Z'])) }),
  ).toBe(1);
  for (const wrong of [
    time('from', 'between', july.from),
    time('from', 'contains', july.from),
    time('x', 'equal', 'y'),
  ]) {
    expect(await found({ filters: JSON.stringify(wrong) })).toBe(400);
  }
  expect(await found({ role_ids: role.id })).toBe(1);
  expect(await found({ role_ids: '1' })).toBe(204);
  expect(await found({ group_ids: '1', territory_ids: '1' })).toBe(204);
  expect(await found({ role_ids: 'x' })).toBe(400);

  // Everybody writes what is their own; administrators that of others, too.
  const { token } = await crm.userWithout('Crm_Implied_Manage_Users');
  expect(await outcome('PUT', path, { id, title: 'x' }, token)).toEqual([400, 'NO_PERMISSION']);
  expect(await outcome('POST', path, { ...july, user: { id: owner } }, token)).toEqual([400, 'NO_PERMISSION']);
  expect((await call('DELETE', `${path}/${id}`, { token })).json.users_unavailability[0].code).toBe('NO_PERMISSION');
  const own = (await write('POST', path, july, token)).json.users_unavailability[0].details.id;
  expect(await outcome('PUT', `${path}/${own}`, { all_day: true, to: '2026-07-15T00:00:00Z' }, token)).toEqual([
    ...[200, 'SUCCESS'],
  ]);
  expect((await call('DELETE', `${path}/${own}`, { token })).status).toBe(200);
  expect(await outcome('PUT', `${path}/${id}`, { comments: null })).toEqual([200, 'SUCCESS']);
  expect((await call('DELETE', `${path}/${id}`)).status).toBe(200);
  expect((await call('GET', `${path}/${id}`)).status).toBe(404);
});
