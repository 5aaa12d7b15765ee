import { isId } from '../crm/kernel/ids.ts';
import { createAssignmentRule, deleteAssignmentRule } from '../crm/settings/assignment/write-rules.ts';
import { createLayout } from '../crm/settings/layouts/write-layouts.ts';
import { createTemplate, deleteTemplate } from '../crm/settings/mail/write-templates.ts';
import { switchTerritories } from '../crm/settings/territories/switch-territories.ts';
import { createBlueprint, deleteBlueprint } from '../crm/work/blueprint/write-blueprints.ts';
import type { AdminContext } from './context.ts';
import { notFound } from './failure.ts';
import { type OrganizationTarget, organizationCall } from './organization-call.ts';

/** What an organization's CRM does and no call of its API changes. */

/** Makes a rule of a definition (see the operator's manual). */
export async function addAssignmentRule(context: AdminContext, target: OrganizationTarget, definition: unknown) {
  return { id: await createAssignmentRule(await organizationCall(context, target), definition) };
}

export async function listAssignmentRules(context: AdminContext, target: OrganizationTarget) {
  const { space } = await organizationCall(context, target);
  const emailOf = (id: string) => space.user(id)?.email ?? id;
  return space.contents.assignmentRules.map((rule) => ({
    id: rule.id,
    name: rule.name,
    module: space.metadata.modules.find(({ number }) => number === rule.module)?.apiName ?? null,
    description: rule.description,
    default_assignee: rule.defaultAssignee === null ? null : emailOf(rule.defaultAssignee),
    entries: rule.entries.map(({ criteria, users }) => ({ criteria, users: users.map(emailOf) })),
  }));
}

export async function removeAssignmentRule(context: AdminContext, target: OrganizationTarget, id: string) {
  const call = await organizationCall(context, target);
  if (!isId(id) || !(await deleteAssignmentRule(call, id))) {
    throw notFound(`organization ${target.organizationId} has no assignment rule ${id}`);
  }
  return { id, deleted: true };
}

/** Makes a blueprint of a definition (see the operator's manual). */
export async function addBlueprint(context: AdminContext, target: OrganizationTarget, definition: unknown) {
  return { id: await createBlueprint(await organizationCall(context, target), definition) };
}

export async function listBlueprints(context: AdminContext, target: OrganizationTarget) {
  const { space } = await organizationCall(context, target);
  return space.list('blueprint').map(({ id, module, definition }) => ({
    id,
    name: definition.name,
    module: space.metadata.byNumber(module)?.apiName ?? null,
    field: definition.field,
    criteria: definition.criteria,
    transitions: definition.transitions.map(({ id: transition, name, from, to, fields, colour }) => ({
      ...{ id: transition, name, from, to, color: colour },
      fields: fields.map((field) => ({ api_name: field.name, mandatory: field.mandatory })),
    })),
  }));
}

export async function removeBlueprint(context: AdminContext, target: OrganizationTarget, id: string) {
  const call = await organizationCall(context, target);
  if (!isId(id) || !(await deleteBlueprint(call, id))) {
    throw notFound(`organization ${target.organizationId} has no blueprint ${id}`);
  }
  return { id, deleted: true };
}

/** Makes a layout of a definition (see the operator's manual). */
export async function addLayout(context: AdminContext, target: OrganizationTarget, definition: unknown) {
  return { id: await createLayout(await organizationCall(context, target), definition) };
}

/** Makes a template of mails of a definition (see the operator's manual). */
export async function addMailTemplate(context: AdminContext, target: OrganizationTarget, definition: unknown) {
  return { id: await createTemplate(await organizationCall(context, target), definition) };
}

export async function listMailTemplates(context: AdminContext, target: OrganizationTarget) {
  const { space } = await organizationCall(context, target);
  return space.list('mail_template').map(({ id, module, definition }) => ({
    id,
    module: space.metadata.byNumber(module)?.apiName ?? null,
    ...definition,
  }));
}

export async function removeMailTemplate(context: AdminContext, target: OrganizationTarget, id: string) {
  const call = await organizationCall(context, target);
  if (!isId(id) || !(await deleteTemplate(call, id))) {
    throw notFound(`organization ${target.organizationId} has no template ${id}`);
  }
  return { id, deleted: true };
}

/** Whether records belong to territories. */
export async function changeTerritories(context: AdminContext, target: OrganizationTarget, territories: boolean) {
  await switchTerritories(await organizationCall(context, target), territories);
  return { organization_id: target.organizationId, environment: target.environment, territories };
}
