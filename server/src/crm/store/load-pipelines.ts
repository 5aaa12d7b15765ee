import type { Database } from '../../database/database.ts';
import type { Pipeline } from '../kernel/space/pipeline.ts';

interface PipelineRow {
  pipeline_id: string;
  value: string;
  name: string;
  is_default: boolean;
  stages: string[];
  ending: boolean;
}

/** The pipelines that an organization has made, in the order of their ids; none as long as it has changed nothing. */
export async function loadPipelines(database: Pick<Database, 'query'>, dataSpace: number): Promise<Pipeline[]> {
  const rows = await database.query<PipelineRow>({
    name: 'crm-space-pipelines',
    text: `SELECT pipeline_id, value, name, is_default, stages, ending FROM crm_pipeline
           WHERE data_space = $1 ORDER BY pipeline_id`,
    values: [dataSpace],
  });
  return rows.map(({ pipeline_id, is_default, ...row }) => ({ ...row, id: pipeline_id, isDefault: is_default }));
}
