import type { CrmAnswer, CrmCall } from '../crm/kernel/call.ts';
import { Refusal } from '../crm/kernel/errors.ts';
import { layoutId } from '../crm/kernel/ids.ts';
import type { CrmUser } from '../crm/kernel/space/space.ts';
import { createAssignmentRule } from '../crm/settings/assignment/write-rules.ts';
import { createPickLists } from '../crm/settings/global-pick-lists/write-pick-lists.ts';
import { createLayout } from '../crm/settings/layouts/write-layouts.ts';
import { createTemplate } from '../crm/settings/mail/write-templates.ts';
import { listPipelines } from '../crm/settings/pipelines/read-pipelines.ts';
import { createPipelines } from '../crm/settings/pipelines/write-pipelines.ts';
import { createScoringRules } from '../crm/settings/scoring/scoring-rules.ts';
import { addUsersToTerritory } from '../crm/settings/territories/territory-users.ts';
import { createTerritories } from '../crm/settings/territories/write-territories.ts';
import { createVariableGroups } from '../crm/settings/variables/write-groups.ts';
import { createVariables } from '../crm/settings/variables/write-variables.ts';
import { createBlueprint } from '../crm/work/blueprint/write-blueprints.ts';
import {
  demoBlueprint,
  demoLayout,
  demoPickList,
  demoPipeline,
  demoRule,
  demoScoringRule,
  demoTemplate,
  demoTerritories,
  demoVariables,
} from './data/settings.ts';

const dealsModule = 2181;

/**
 * Gives an organization what the demo has beside records, as its owner. What is there already is refused and stays, so
 * that it can be run again after it was cut short.
 */
export async function loadDemoSettings(call: CrmCall): Promise<void> {
  await makeTerritories(call);
  await makePipeline(call);
  await makeRule(call);
  await orThere(async () => createBlueprint(await fresh(call), demoBlueprint));
  await orThere(async () => createTemplate(await fresh(call), demoTemplate));
  await orThere(async () => createLayout(await fresh(call), demoLayout));
  await send(call, createScoringRules, { scoring_rules: [demoScoringRule] });
  await send(call, createPickLists, { global_picklists: [demoPickList] });
  const { group, variables } = demoVariables;
  await send(call, createVariableGroups, { variable_groups: [group] });
  const variable_group = { name: group.name };
  await send(call, createVariables, { variables: variables.map((each) => ({ ...each, variable_group })) });
}

async function makeTerritories(call: CrmCall): Promise<void> {
  for (const { name, below, manager, criteria } of demoTerritories) {
    const { territories } = (await fresh(call)).space.contents;
    const above = territories.find((each) => each.name === below) ?? territories[0];
    const user = { id: userAt(call, manager).id };
    const territory = { name, manager: user, reporting_to: { id: above?.id }, ...criteria };
    await send(call, createTerritories, { territories: [territory] });
    const made = (await fresh(call)).space.contents.territories.find((each) => each.name === name);
    if (made) await send(call, addUsersToTerritory, { users: [user] }, { path: [made.id] });
  }
}

async function makePipeline(call: CrmCall): Promise<void> {
  const query = new URLSearchParams({ layout_id: layoutId(call.space.dataSpace, dealsModule) });
  const { json } = await listPipelines({ ...(await fresh(call)), query });
  const [first] = (json as { pipeline: { maps: { id: string; actual_value: string }[] }[] }).pipeline;
  const maps = demoPipeline.stages.map((stage, index) => ({
    id: first?.maps.find((each) => each.actual_value === stage)?.id,
    sequence_number: index + 1,
  }));
  await send(call, createPipelines, { pipeline: [{ display_value: demoPipeline.name, maps }] }, { query });
}

async function makeRule(call: CrmCall): Promise<void> {
  const email = (place: number) => userAt(call, place).email;
  const { default_assignee, entries, ...rule } = demoRule;
  await orThere(async () =>
    createAssignmentRule(await fresh(call), {
      ...rule,
      default_assignee: email(default_assignee),
      entries: entries.map(({ criteria, users }) => ({ criteria, users: users.map(email) })),
    }),
  );
}

/** Makes what the operator makes, unless it is there already. */
async function orThere(make: () => Promise<unknown>): Promise<void> {
  try {
    await make();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

/** The demo's users in their order; an organization with fewer has the first one do the work of the others. */
function userAt({ space, user }: CrmCall, place: number): CrmUser {
  const others = space.contents.users.filter((each) => each.status === 'active' && each !== user);
  return [user, ...others][place] ?? user;
}

/** The call with the space as it is now: what was made a moment ago is in it. */
async function fresh(call: CrmCall): Promise<CrmCall> {
  const { organizationId, environment } = call.space.contents;
  return { ...call, space: (await call.store.spaces.get(organizationId, environment)) ?? call.space };
}

async function send(
  call: CrmCall,
  handle: (call: CrmCall) => Promise<CrmAnswer>,
  body: object,
  where: Partial<Pick<CrmCall, 'path' | 'query'>> = {},
): Promise<void> {
  await handle({ ...(await fresh(call)), ...where, body: Buffer.from(JSON.stringify(body)) });
}
