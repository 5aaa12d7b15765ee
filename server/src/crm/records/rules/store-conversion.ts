import { markConverted } from '../../store/records/mark-converted.ts';
import { historyEntry } from '../../store/records/record-history.ts';
import type { Batch } from './batch.ts';

/** Step: writes a lead that was converted. What became of it is told by its own values, not by its timeline. */
export async function storeConversion({ call, module, queryable, writes }: Batch): Promise<void> {
  for (const { before, after, items } of writes) {
    const lead = { ...after, converted: true, activityAtMs: call.nowMs };
    const key = { dataSpace: call.space.dataSpace, module: module.number, id: lead.id };
    await markConverted(queryable, key, lead, historyEntry(before, lead).changes);
    for (const item of items) item.after = lead;
  }
}
