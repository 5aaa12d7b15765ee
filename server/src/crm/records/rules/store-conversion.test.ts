import { afterAll, expect, test } from 'vitest';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);

test('formulas of a lead that was converted are stored as it now is', async () => {
  const formula = { return_type: 'integer', expression: 'Lead_Conversion_Time + 1', assume_default: true };
  const made = await call('POST', 'settings/fields', {
    query: { module: 'Leads' },
    body: { fields: [{ field_label: 'Days Plus One', data_type: 'formula', formula }] },
  });
  expect(made.status, made.text).toBe(201);
  const id = await one('Leads', { Last_Name: 'Slow', Company: 'Slow Ltd' });
  crm.clock.advance(5 * 86_400);
  expect((await call('POST', `Leads/${id}/actions/convert`, { body: { data: [{}] } })).json.data[0].code).toBe(
    'SUCCESS',
  );
  const [row] = await crm.database.query<{ data: Record<string, unknown>; converted: boolean }>({
    text: 'SELECT data, converted FROM crm_record WHERE record_id = $1',
    values: [id],
  });
  expect(row).toMatchObject({ converted: true, data: { Lead_Conversion_Time: 5, Days_Plus_One: 6 } });
});
