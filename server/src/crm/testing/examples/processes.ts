import { createBlueprint } from '../../work/blueprint/write-blueprints.ts';
import type { Examples } from './world.ts';

type W = Parameters<Examples[string]>[0];

const mergeBody = async (w: W) => ({ merge: [{ data: [{ id: await w.lead(), _fields: [{ api_name: 'Phone' }] }] }] });

/** A case in a blueprint: its id, and that of a transition that it can take. */
async function caseInBlueprint(w: W): Promise<{ readonly id: string; readonly transition: string }> {
  const name = w.name('Blueprint');
  const id = await w.one('Cases', { Subject: name, Status: 'New', Case_Origin: 'Phone' });
  const criteria = { field: { api_name: 'Subject' }, comparator: 'equal', value: name };
  const transitions = [{ name: 'Take on', from: ['New'], to: 'On Hold', fields: [{ api_name: 'Reported_By' }] }];
  await createBlueprint(await w.operatorCall(), { name, module: 'Cases', field: 'Status', criteria, transitions });
  const { json } = await w.call('GET', `Cases/${id}/actions/blueprint`);
  return { id, transition: json.blueprint.transitions[0].id };
}

const meeting = (w: W) =>
  w.one('Events', {
    Event_Title: w.name('Meeting'),
    Start_DateTime: '2030-01-01T10:00:00Z',
    End_DateTime: '2030-01-01T11:00:00Z',
    Participants: [{ type: 'email', participant: `${w.name('guest').toLowerCase()}@example.com` }],
  });

const configurations = 'settings/record_locking_configurations';
const solutions = { module: 'Solutions' };
const configurationGiven = (name: string) => ({
  lock_type: 'both',
  locking_rules: [{ name, criteria: { field: { api_name: 'Solution_Title' }, comparator: 'equal', value: name } }],
});
/** The locking configuration of Solutions, which has none or one. */
async function configuration(w: W): Promise<string> {
  const answer = await w.crm.call('GET', `/crm/v8/${configurations}`, { query: solutions });
  if (answer.status === 200) return answer.json.record_locking_configurations[0].id;
  return w.made(configurations, 'record_locking_configurations', configurationGiven(w.name('Rule')), solutions);
}

/** What records go through as a whole: merging, processes, rules. */
export const processExamples: Examples = {
  'POST {module}/{id}/actions/merge': async (w) => ({ path: ['Leads', await w.lead()], body: await mergeBody(w) }),
  'GET {module}/{id}/actions/merge': async (w) => {
    const id = await w.lead();
    const { json } = await w.call('POST', `Leads/${id}/actions/merge`, { body: await mergeBody(w) });
    return { path: ['Leads', id], query: { job_id: json.merge[0].details.job_id } };
  },
  'GET {module}/{id}/actions/blueprint': async (w) => ({ path: ['Cases', (await caseInBlueprint(w)).id] }),
  'GET settings/record_locking_configurations': async (w) => {
    await configuration(w);
    return { query: solutions };
  },
  'POST settings/record_locking_configurations': async (w) => {
    await w.call('DELETE', `${configurations}/${await configuration(w)}`, { query: solutions });
    return { query: solutions, body: { record_locking_configurations: [configurationGiven('r1')] } };
  },
  'PUT settings/record_locking_configurations': async (w) => ({
    query: solutions,
    body: { record_locking_configurations: [{ id: await configuration(w), lock_type: 'both' }] },
  }),
  'PUT settings/record_locking_configurations/{locking_configuration}': async (w) => ({
    path: [await configuration(w)],
    query: solutions,
    body: { record_locking_configurations: [{ lock_type: 'automatic' }] },
  }),
  'DELETE settings/record_locking_configurations/{locking_configuration}': async (w) => ({
    path: [await configuration(w)],
    query: solutions,
  }),
  'POST {module}/actions/mass_convert': async (w) => ({ path: ['Leads'], body: { ids: [await w.lead()] } }),
  'GET {module}/actions/mass_convert': async (w) => {
    const { json } = await w.call('POST', 'Leads/actions/mass_convert', { body: { ids: [await w.lead()] } });
    return { path: ['Leads'], query: { job_id: json.details.job_id } };
  },
  'POST {module}/{id}/actions/cancel': async (w) => ({
    path: ['Events', await meeting(w)],
    body: { data: [{ send_cancelling_mail: true }] },
  }),
  'PUT {module}/{id}/actions/blueprint': async (w) => {
    const { id, transition } = await caseInBlueprint(w);
    return { path: ['Cases', id], body: { blueprint: [{ transition_id: transition, data: { Reported_By: 'x' } }] } };
  },
};
