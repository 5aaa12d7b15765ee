import type { Stage } from '../stage.ts';
import { area } from '../table.ts';

async function setUp(stage: Stage) {
  const reason = { body: { data: [{ Locked_Reason__s: 'deal in progress' }] } };
  const locked = async () => {
    const id = await stage.lead();
    const { data } = await stage.prepare('POST', `Leads/${id}/Locking_Information__s`, reason);
    return { id, lock_id: data[0].details.id as string };
  };
  return { stage, reason, locked, open: await stage.lead(), held: await locked(), nobody: stage.id(999_999_999_999) };
}

export const recordLocking = area('record_locking.json', setUp, {
  'GET {module_api_name}/{id}/Locking_Information__s': [
    [200, ({ held }) => ({ at: { id: held.id } })],
    [200, ({ held }) => ({ at: { id: held.id }, query: { fields: 'Locked_Reason__s,Locked_By__s' } })],
    [204, ({ open }) => ({ at: { id: open } })],
    ['INVALID_DATA', { at: { id: 'abc' } }],
    ['INVALID_DATA', ({ nobody }) => ({ at: { id: nobody } })],
  ],
  'POST {module_api_name}/{id}/Locking_Information__s': [
    [201, async ({ stage, reason }) => ({ at: { id: await stage.lead() }, ...reason })],
    [201, async ({ stage }) => ({ at: { id: await stage.lead() }, body: { data: [{}] } })],
    ['ALREADY_LOCKED', ({ held, reason }) => ({ at: { id: held.id }, ...reason })],
    ['INVALID_DATA', ({ nobody, reason }) => ({ at: { id: nobody }, ...reason })],
    ['INVALID_DATA', ({ open }) => ({ at: { id: open }, body: { data: [{ Locked_Reason__s: 5 }] } })],
    ['MANDATORY_NOT_FOUND', ({ open }) => ({ at: { id: open }, body: {} })],
  ],
  'PUT {module_api_name}/{id}/Locking_Information__s/{lock_id}': [
    [200, ({ held }) => ({ at: held, body: { data: [{ Locked_Reason__s: 'another' }] } })],
    ['INVALID_DATA', ({ held, nobody, reason }) => ({ at: { ...held, lock_id: nobody }, ...reason })],
    ['INVALID_DATA', ({ held }) => ({ at: held, body: { data: [{ Locked_Reason__s: 5 }] } })],
  ],
  'DELETE {module_api_name}/{id}/Locking_Information__s/{lock_id}': [
    [200, async ({ locked }) => ({ at: await locked() })],
    ['INVALID_DATA', ({ held, nobody }) => ({ at: { ...held, lock_id: nobody } })],
  ],
});
