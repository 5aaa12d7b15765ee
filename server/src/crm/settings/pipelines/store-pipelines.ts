import type { Queryable } from '../../../database/database.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { Pipeline } from '../../kernel/space/pipeline.ts';
import { defaultPipeline } from '../../kernel/space/pipelines-of.ts';
import { loadPipelines } from '../../store/load-pipelines.ts';

/** The pipelines as they are now, for a change of them. The first one gets its row here. */
export async function readPipelines(transaction: Queryable, call: CrmCall): Promise<Pipeline[]> {
  const pipelines = await loadPipelines(transaction, call.space.dataSpace);
  if (pipelines.length > 0) return pipelines;
  const first = defaultPipeline(call.space);
  await writePipeline(transaction, call, first);
  return [first];
}

/** Writes a pipeline, new or changed. */
export async function writePipeline(
  transaction: Queryable,
  { space, user, nowMs }: CrmCall,
  { id, value, name, isDefault, stages, ending }: Pipeline,
): Promise<void> {
  await transaction.query({
    text: `INSERT INTO crm_pipeline (data_space, pipeline_id, value, name, is_default, stages, ending, created_by,
                                     created_at_ms, modified_by, modified_at_ms)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $9)
           ON CONFLICT (data_space, pipeline_id) DO UPDATE
           SET value = $3, name = $4, is_default = $5, stages = $6, ending = $7, modified_by = $8, modified_at_ms = $9`,
    values: [space.dataSpace, id, value, name, isDefault, stages, ending, user.id, nowMs],
  });
}

export async function deletePipeline(transaction: Queryable, { space }: CrmCall, id: string): Promise<void> {
  await transaction.query({
    text: 'DELETE FROM crm_pipeline WHERE data_space = $1 AND pipeline_id = $2',
    values: [space.dataSpace, id],
  });
}
