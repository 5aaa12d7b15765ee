import type { Example, Examples, World } from './world.ts';

const path = 'settings/automation/scoring_rules';
const one = `${path}/{scoring_rule}`;
const criteria = { field: { api_name: 'Company' }, comparator: 'contains', value: 'Company' };
const module = { api_name: 'Leads' };
const fields = { field_rules: [{ score: 5, criteria }] };

let made = 0;
/** Names are short, so the world's own do not fit. */
const rule = (more: object = {}) => ({ name: `Secret-${++made}`, module, ...fields, ...more });
const scoringRule = (w: World, more: object = {}) => w.made(path, 'scoring_rules', rule(more));
const withRule =
  (more: Omit<Example, 'path'> = {}) =>
  async (w: World) => ({ path: [await scoringRule(w)], ...more });
/** A lead with a score. */
const scored = async (w: World): Promise<string> => {
  const { status } = await w.call('GET', path, { query: { module: 'Leads', active: 'true' } });
  if (status === 204) await scoringRule(w);
  return w.lead();
};

/** What records are worth. */
export const scoringExamples: Examples = {
  [`GET ${path}`]: async (w) => {
    await scoringRule(w);
    return { query: { module: 'Leads' } };
  },
  [`POST ${path}`]: () => ({ body: { scoring_rules: [rule({ name: `r${++made}`, active: false })] } }),
  [`PUT ${path}`]: async (w) => ({
    body: { scoring_rules: [{ id: await scoringRule(w), description: 'x', ...fields }] },
  }),
  [`DELETE ${path}`]: async (w) => ({ query: { ids: await scoringRule(w) } }),
  [`GET ${one}`]: withRule(),
  [`PUT ${one}`]: withRule({ body: { scoring_rules: [{ description: 'y' }] } }),
  [`DELETE ${one}`]: withRule(),
  [`PUT ${one}/actions/activate`]: withRule(),
  [`DELETE ${one}/actions/activate`]: withRule(),
  [`POST ${one}/actions/clone`]: withRule(),
  'PUT {module}/actions/run_scoring_rules': async (w) => ({
    path: ['Leads'],
    body: { scoring_rules: [await scoringRule(w)] },
  }),
  'GET Entity_Scores__s': async (w) => {
    await scored(w);
    return {};
  },
  'GET Entity_Scores__s/{scored}': async (w) => ({ path: [await scored(w)] }),
  'GET {module}/{id}/Entity_Scores__s': async (w) => ({ path: ['Leads', await scored(w)] }),
};
