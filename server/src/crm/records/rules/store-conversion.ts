import { markConverted } from '../../store/records/mark-converted.ts';
import type { Batch } from './batch.ts';

/** Step: writes a lead that was converted. What became of it is told by its own values, not by its timeline. */
export async function storeConversion({ call, module, queryable, writes }: Batch): Promise<void> {
  for (const { after, items } of writes) {
    const lead = { ...after, converted: true, activityAtMs: call.nowMs };
    await markConverted(queryable, { dataSpace: call.space.dataSpace, module: module.number, id: lead.id }, lead);
    for (const item of items) item.after = lead;
  }
}
