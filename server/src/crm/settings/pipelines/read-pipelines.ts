import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { Pipeline } from '../../kernel/space/pipeline.ts';
import { pipelinesOf } from '../../kernel/space/pipelines-of.ts';
import { pathId } from '../../wire/parameters.ts';
import { checkLayout, pipelineAnswer } from './pipeline-answer.ts';

/** GET /settings/pipeline?layout_id= */
export async function listPipelines(call: CrmCall): Promise<CrmAnswer> {
  checkLayout(call);
  const { space } = call;
  return { status: 200, json: { pipeline: pipelinesOf(space).map((each) => pipelineAnswer(each, space)) } };
}

/** GET /settings/pipeline/{id}?layout_id= */
export async function getPipeline(call: CrmCall): Promise<CrmAnswer> {
  checkLayout(call);
  return { status: 200, json: { pipeline: [pipelineAnswer(pathPipeline(call), call.space)] } };
}

/** The pipeline that the path names. @throws Refusal when there is none. */
export function pathPipeline({ path, space }: CrmCall): Pipeline {
  const id = readId(pathId(path[0] as string, 2));
  const pipeline = pipelinesOf(space).find((each) => each.id === id);
  if (pipeline) return pipeline;
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
}
