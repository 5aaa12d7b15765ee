import type { DerivationProblem } from '../../kernel/record/draft.ts';
import type { Pipeline } from '../../kernel/space/pipeline.ts';
import { findPipeline, pipelinesOf } from '../../kernel/space/pipelines-of.ts';
import type { Writing } from './writing.ts';

/**
 * Step: holds a deal's pipeline and stage against each other (crm-api 5.5, 7.13), when the request names one of them. A deal
 * that names no pipeline goes into the default one, or else into the first that has its stage.
 */
export function applyPipeline({
  call,
  module,
  data,
  previous,
  given,
}: Pick<Writing, 'call' | 'module' | 'data' | 'previous' | 'given'>): DerivationProblem | undefined {
  if (!module.traits.stages || !(given('Stage') || given('Pipeline'))) return undefined;
  const pipelines = pipelinesOf(call.space);
  const stage = data.Stage as string | undefined;
  if (data.Pipeline === undefined) {
    const pipeline = data.Stage === previous.Stage ? undefined : pipelineFor(pipelines, stage);
    if (pipeline) data.Pipeline = pipeline.value;
    return undefined;
  }
  const pipeline = findPipeline(pipelines, String(data.Pipeline));
  if (!pipeline || (pipeline.ending && data.Pipeline !== previous.Pipeline)) {
    // A pipeline that has gone since stays with its deals until someone gives them another one.
    return data.Pipeline === previous.Pipeline ? undefined : unknownPipeline(pipelines);
  }
  data.Pipeline = pipeline.value;
  if (stage === undefined || pipeline.stages.includes(stage)) return undefined;
  return {
    code: 'MAPPING_MISMATCH',
    apiName: 'Stage',
    details: { mapped_field: { api_name: 'Pipeline', json_path: 'Pipeline' } },
    message: 'Pipeline doesn`t contain the Stage',
  };
}

function pipelineFor(pipelines: readonly Pipeline[], stage: string | undefined): Pipeline | undefined {
  const open = pipelines.filter(({ ending, stages }) => !ending && stage !== undefined && stages.includes(stage));
  return open.find(({ isDefault }) => isDefault) ?? open[0];
}

function unknownPipeline(pipelines: readonly Pipeline[]): DerivationProblem {
  const known = pipelines.filter(({ ending }) => !ending).map(({ value }) => value);
  return { code: 'INVALID_DATA', apiName: 'Pipeline', details: { supported_values: known } };
}
