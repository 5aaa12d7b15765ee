import type { Database } from '../../database/database.ts';
import { type Field, type PickListValue, wholeModule } from '../metadata/metadata.ts';
import { idOf, systemIds } from '../organizations/ids.ts';
import type { Space } from '../organizations/space.ts';

/** A way that deals take through stages (crm-api 11). */
export interface Pipeline {
  readonly id: string;
  /** What records hold. */
  readonly value: string;
  readonly name: string;
  readonly isDefault: boolean;
  /** Values of the deals' field Stage, in their order. */
  readonly stages: readonly string[];
  /** Its deals are on their way to another one. */
  readonly ending: boolean;
}

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

/** The deals' field Stage. */
export function stageField(space: Space): Field | undefined {
  const deals = space.metadata.find('Deals');
  return deals && wholeModule(deals).field.get('Stage');
}

/** The stages of deals, in their order. */
export function stagesOf(space: Space): readonly PickListValue[] {
  return stageField(space)?.pickList ?? [];
}

/** The pipelines of an organization: at least one, with all stages. Its name says which layout it is of. */
export function pipelinesOf(space: Space): readonly Pipeline[] {
  const { pipelines } = space.contents;
  return pipelines.length > 0 ? pipelines : [defaultPipeline(space)];
}

const defaultName = 'Standard (Standard)';

export function defaultPipeline(space: Space): Pipeline {
  return {
    id: idOf(space.dataSpace, systemIds.defaultPipeline),
    value: defaultName,
    name: defaultName,
    isDefault: true,
    stages: stagesOf(space).map(({ value }) => value),
    ending: false,
  };
}

/** A pipeline by its value or its name, without regard to case; the layout behind a name may be left out. */
export function findPipeline(pipelines: readonly Pipeline[], text: string): Pipeline | undefined {
  const folded = text.toLowerCase();
  return (
    pipelines.find(({ value, name }) => value.toLowerCase() === folded || name.toLowerCase() === folded) ??
    pipelines.find(({ name }) => name.toLowerCase() === `${folded} (standard)`)
  );
}
