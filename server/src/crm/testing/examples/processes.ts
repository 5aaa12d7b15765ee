import type { Examples } from './world.ts';

type W = Parameters<Examples[string]>[0];

const mergeBody = async (w: W) => ({ merge: [{ data: [{ id: await w.lead(), _fields: [{ api_name: 'Phone' }] }] }] });

/** What records go through as a whole: merging, processes, rules. */
export const processExamples: Examples = {
  'POST {module}/{id}/actions/merge': async (w) => ({ path: ['Leads', await w.lead()], body: await mergeBody(w) }),
  'GET {module}/{id}/actions/merge': async (w) => {
    const id = await w.lead();
    const { json } = await w.call('POST', `Leads/${id}/actions/merge`, { body: await mergeBody(w) });
    return { path: ['Leads', id], query: { job_id: json.merge[0].details.job_id } };
  },
};
