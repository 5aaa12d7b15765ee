import type { CrmCall } from '../../kernel/call.ts';
import { changeSpace } from '../../store/space/change-space.ts';

/** Switches the organization's territories on or off; what they hold stays for when they are on again. */
export async function switchTerritories(call: CrmCall, territories: boolean): Promise<void> {
  await changeSpace(call, async (transaction) => {
    await transaction.query({
      text: `UPDATE crm_data_space SET settings = settings || jsonb_build_object('territories', $2::boolean)
             WHERE data_space = $1`,
      values: [call.space.dataSpace, territories],
    });
  });
}
