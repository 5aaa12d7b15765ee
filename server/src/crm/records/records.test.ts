import { afterAll, describe, expect, test } from 'vitest';
import { startCrm } from '../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());

const get = async (module: string, id: string) =>
  (await crm.call('GET', `/crm/v8/${module}/${id}`)).json.data[0] as Record<string, unknown>;

describe('a record', () => {
  test('is created and shown with all system keys, in the time zone of the user', async () => {
    const created = await crm.call('POST', '/crm/v8/Leads', {
      body: { data: [{ First_Name: 'Grace', Last_Name: 'Hopper', Company: 'Navy', Lead_Source: '-None-' }] },
    });
    expect(created.status).toBe(201);
    expect(created.json.data[0]).toMatchObject({
      code: 'SUCCESS',
      details: { Created_Time: '2026-03-10T05:00:00-07:00', $approval_state: 'approved' },
      message: 'record added',
      status: 'success',
    });
    const { id } = created.json.data[0].details;
    expect(id).toMatch(/^1000001\d{12}$/);
    const record = await get('Leads', id);
    expect(record).toMatchObject({
      id,
      First_Name: 'Grace',
      Full_Name: 'Grace Hopper',
      Lead_Source: null,
      Email_Opt_Out: false,
      Tag: [],
      Converted__s: false,
      Record_Status__s: 'Available',
      Layout: { name: 'Standard', id: '1000001000000091055' },
      Owner: { name: 'Ada Lovelace', id: '1000001000010000001', email: expect.stringContaining('@') },
      $editable: true,
      $approval_state: 'approved',
      $currency_symbol: '$',
    });
  });
});
