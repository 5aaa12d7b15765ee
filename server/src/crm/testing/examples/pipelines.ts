import { createAssignmentRule } from '../../settings/assignment/write-rules.ts';
import type { Examples } from './world.ts';

type W = Parameters<Examples[string]>[0];

const pipelines = 'settings/pipeline';
const ofDeals = (w: W) => ({ layout_id: w.layout(2_181) });
const stages = async (w: W): Promise<{ id: string; sequence_number: number }[]> =>
  (await w.call('GET', pipelines, { query: ofDeals(w) })).json.pipeline[0].maps
    .slice(0, 2)
    .map(({ id }: { id: string }, index: number) => ({ id, sequence_number: index + 1 }));
const pipeline = async (w: W): Promise<string> =>
  w.made(pipelines, 'pipeline', { display_value: w.name('Pipeline'), maps: await stages(w) }, ofDeals(w));

async function assignmentRule(w: W): Promise<string> {
  const { json } = await w.call('GET', `users/${w.ownerId}`);
  const entries = [{ users: [json.users[0].email] }];
  return createAssignmentRule(await w.operatorCall(), { name: w.name('Rule'), module: 'Leads', entries });
}

export const salesExamples: Examples = {
  'GET settings/pipeline': async (w) => {
    await pipeline(w);
    return { query: ofDeals(w) };
  },
  'POST settings/pipeline': async (w) => ({
    query: ofDeals(w),
    body: { pipeline: [{ display_value: 'q1', maps: await stages(w) }] },
  }),
  'GET settings/pipeline/{pipeline}': async (w) => ({ path: [await pipeline(w)], query: ofDeals(w) }),
  ...Object.fromEntries(
    ['PUT', 'PATCH'].flatMap((method) => [
      [
        `${method} settings/pipeline`,
        async (w: W) => ({
          query: ofDeals(w),
          body: { pipeline: [{ id: await pipeline(w), display_value: `q2 ${method}` }] },
        }),
      ],
      [
        `${method} settings/pipeline/{pipeline}`,
        async (w: W) => ({
          path: [await pipeline(w)],
          query: ofDeals(w),
          body: { pipeline: [{ display_value: `q3 ${method}` }] },
        }),
      ],
    ]),
  ),
  'POST settings/pipeline/actions/transfer': async (w) => {
    const [from, to] = [await pipeline(w), await pipeline(w)];
    const same = (await stages(w)).map(({ id }) => ({ from: id, to: id }));
    return { query: ofDeals(w), body: { transfer_pipeline: [{ pipeline: { from, to }, stages: same }] } };
  },
  'GET settings/automation/assignment_rules': async (w) => {
    await assignmentRule(w);
    return {};
  },
  'GET settings/automation/assignment_rules/{rule}': async (w) => ({ path: [await assignmentRule(w)] }),
};
