import { idOf, systemIds } from '../ids.ts';
import { type Field, type PickListValue, wholeModule } from '../metadata/metadata.ts';
import type { Pipeline } from './pipeline.ts';
import type { Space } from './space.ts';

/** The deals' field Stage. */
export function stageField(space: Space): Field | undefined {
  const deals = space.metadata.having('stages');
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
