import type { CrmAnswer, CrmCall } from '../context.ts';
import { idInvalid, Refusal } from '../errors.ts';
import { pathId } from '../http/parameters.ts';
import { readId } from '../organizations/ids.ts';
import { type Pipeline, pipelinesOf } from './pipeline.ts';
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
