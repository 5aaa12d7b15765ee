import type { Examples, World } from './world.ts';

const path = 'settings/holidays';
const one = `${path}/{holiday}`;
let days = 0;
/** Another day each time. */
const nextDate = () => new Date(Date.UTC(2030, 0, ++days)).toISOString().slice(0, 10);
const holiday = (w: World) => w.made(path, 'holidays', { name: w.name('Holiday'), date: nextDate() });
const hours = 'settings/business_hours';
const shifts = `${hours}/shift_hours`;
const oneShift = `${shifts}/{shift}`;
const week = { shift_days: ['Monday', 'Friday'], daily_timing: ['22:00', '06:00'] };
const shift = (w: World) =>
  w.made(shifts, 'shift_hours', {
    ...{ ...week, name: w.name('Shift'), users: [{ id: w.ownerId, effective_from: nextDate() }] },
    break_hours: [{ break_days: ['Monday'], daily_timing: ['23:30', '00:15'] }],
    holidays: [{ name: w.name('Holiday'), date: nextDate() }],
  });

/** As an organization is that has set up no hours: there is no way back by a call. */
async function withoutHours(w: World): Promise<void> {
  await w.crm.database.query({
    text: `DELETE FROM crm_setting WHERE data_space = $1 AND area = 'business_hours'`,
    values: [w.dataSpace],
  });
  w.crm.store.spaces.forget(w.dataSpace);
}
async function withHours(w: World): Promise<void> {
  await withoutHours(w);
  await w.call('POST', hours, { body: { business_hours: { type: '24_by_5' } } });
}

const away = 'settings/users_unavailability';
const oneAway = `${away}/{unavailability}`;
const absence = { from: '2030-01-01T09:00:00+00:00', to: '2030-01-02T18:00:00+00:00' };
const awayNow = (w: World) =>
  w.made(away, 'users_unavailability', { ...absence, comments: w.name('Away'), user: { id: w.ownerId } });

/** When the organization works. */
export const hourExamples: Examples = {
  [`GET ${hours}`]: async (w) => {
    await withHours(w);
    return {};
  },
  [`POST ${hours}`]: async (w) => {
    await withoutHours(w);
    return { body: { business_hours: { type: '24_by_7', week_starts_on: 'Monday' } } };
  },
  [`PUT ${hours}`]: async (w) => {
    await withHours(w);
    return { body: { business_hours: { type: '24_by_5' } } };
  },
  [`GET ${path}`]: async (w) => {
    await holiday(w);
    return {};
  },
  [`POST ${path}`]: () => ({ body: { holidays: [{ name: 'y', date: nextDate(), type: 'business_holiday' }] } }),
  [`PUT ${path}`]: async (w) => ({ body: { holidays: [{ id: await holiday(w), name: 'z' }] } }),
  [`GET ${one}`]: async (w) => ({ path: [await holiday(w)] }),
  [`PUT ${one}`]: async (w) => ({ path: [await holiday(w)], body: { holidays: [{ date: nextDate() }] } }),
  [`DELETE ${one}`]: async (w) => ({ path: [await holiday(w)] }),
  [`GET ${shifts}`]: async (w) => {
    await shift(w);
    return {};
  },
  [`POST ${shifts}`]: (w) => ({
    body: {
      shift_hours: [{ ...week, name: w.name('Shift'), users: [{ id: w.ownerId, effective_from: nextDate() }] }],
    },
  }),
  [`PUT ${shifts}`]: async (w) => ({
    body: { shift_hours: [{ id: await shift(w), holidays: [{ name: 'y', date: nextDate() }] }] },
  }),
  [`GET ${oneShift}`]: async (w) => ({ path: [await shift(w)] }),
  [`PUT ${oneShift}`]: async (w) => ({ path: [await shift(w)], body: { shift_hours: [{ name: w.name('Shift') }] } }),
  [`DELETE ${oneShift}`]: async (w) => ({ path: [await shift(w)] }),
  [`GET ${away}`]: async (w) => {
    await awayNow(w);
    return { query: { role_ids: w.system(26_005) } };
  },
  [`POST ${away}`]: (w) => ({ body: { users_unavailability: [{ ...absence, user: { id: w.ownerId } }] } }),
  [`PUT ${away}`]: async (w) => ({ body: { users_unavailability: [{ id: await awayNow(w), all_day: true }] } }),
  [`GET ${oneAway}`]: async (w) => ({ path: [await awayNow(w)] }),
  [`PUT ${oneAway}`]: async (w) => ({ path: [await awayNow(w)], body: { users_unavailability: [{ title: 'y' }] } }),
  [`DELETE ${oneAway}`]: async (w) => ({ path: [await awayNow(w)] }),
  'GET settings/fiscal_year': () => ({}),
  'PUT settings/fiscal_year': () => ({ body: { fiscal_year: { start_month: 'April' } } }),
};
