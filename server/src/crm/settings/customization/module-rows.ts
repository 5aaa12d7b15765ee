import type { Queryable } from '../../../database/database.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { systemIds } from '../../kernel/ids.ts';
import type { Metadata, Module } from '../../kernel/metadata/metadata.ts';
import type { ModuleSource } from '../../kernel/metadata/standard-modules.ts';
import { modulePermissions } from '../../kernel/permissions.ts';
import { nextModuleNumber } from './module-names.ts';

/** The rows that modules of organizations are kept in. All of this runs while the data space is locked for changes. */
export async function insertModule(
  transaction: Queryable,
  { space, nowMs }: Pick<CrmCall, 'space' | 'nowMs'>,
  definition: ModuleSource,
): Promise<void> {
  await transaction.query({
    text: `INSERT INTO crm_custom_module (data_space, module, definition, created_at_ms, modified_at_ms)
           VALUES ($1, $2, $3, $4, $4)`,
    values: [space.dataSpace, definition.id, JSON.stringify(definition), nowMs],
  });
  for (const field of definition.fields) {
    if (!field.auto_number) continue;
    await transaction.query({
      text: 'INSERT INTO crm_auto_number (data_space, module, key, next) VALUES ($1, $2, $3, $4)',
      values: [space.dataSpace, definition.id, field.api_name, field.auto_number.start],
    });
  }
}

/** In the place of a key: all of the module is gone. */
export const wholeModuleKey = '*';

/** Gives the numbers of new modules, none twice; of modules that are gone neither. */
export async function moduleNumbers(
  transaction: Queryable,
  { space }: Pick<CrmCall, 'space'>,
  metadata: Metadata,
): Promise<() => number> {
  const [row] = await transaction.query<{ spent: number | null }>({
    text: 'SELECT max(module) AS spent FROM crm_deleted_field WHERE data_space = $1 AND key = $2',
    values: [space.dataSpace, wholeModuleKey],
  });
  return () => nextModuleNumber(metadata, row?.spent ?? 0);
}

/** Forgets a module with all its fields; its number is spent. */
export async function removeModule(
  transaction: Queryable,
  { space, nowMs }: Pick<CrmCall, 'space' | 'nowMs'>,
  module: Module,
): Promise<void> {
  await transaction.query({
    text: `WITH row AS (
             DELETE FROM crm_custom_module WHERE data_space = $1 AND module = $2
           ), fields AS (
             DELETE FROM crm_custom_field WHERE data_space = $1 AND module = $2
           ), ordered AS (
             DELETE FROM crm_indexed_field WHERE data_space = $1 AND module = $2
           ), numbering AS (
             DELETE FROM crm_auto_number WHERE data_space = $1 AND module = $2
           )
           INSERT INTO crm_deleted_field (data_space, module, key, deleted_at_ms) VALUES ($1, $2, $3, $4)`,
    values: [space.dataSpace, module.number, wholeModuleKey, nowMs],
  });
}

/** Changes a module's labels; of a standard module what differs is kept. */
export async function changeModule(
  transaction: Queryable,
  { space, nowMs }: Pick<CrmCall, 'space' | 'nowMs'>,
  module: Module,
  changes: Partial<ModuleSource>,
): Promise<void> {
  await transaction.query({
    text: `INSERT INTO crm_custom_module (data_space, module, definition, created_at_ms, modified_at_ms)
           VALUES ($1, $2, $3, $4, $4)
           ON CONFLICT (data_space, module)
             DO UPDATE SET definition = crm_custom_module.definition || EXCLUDED.definition,
                           modified_at_ms = EXCLUDED.modified_at_ms`,
    values: [space.dataSpace, module.number, JSON.stringify(changes), nowMs],
  });
}

/**
 * Opens a module to these profiles and closes it to the others. A profile that sees it already keeps what else it may
 * do there; administrators always see everything.
 */
export async function setProfiles(
  transaction: Queryable,
  { space, user, nowMs }: Pick<CrmCall, 'space' | 'user' | 'nowMs'>,
  apiName: string,
  profiles: readonly string[],
): Promise<void> {
  const [view] = modulePermissions(apiName);
  await transaction.query({
    text: `UPDATE crm_profile
           SET denied_permissions = CASE WHEN profile_id = ANY ($2::bigint[])
                 THEN ARRAY(SELECT name FROM unnest(denied_permissions) AS name WHERE NOT name = ANY ($3::text[]))
                 ELSE ARRAY(SELECT unnest(denied_permissions) UNION SELECT unnest($3::text[])) END,
               modified_by = $5, modified_at_ms = $6
           WHERE data_space = $1 AND (profile_id = ANY ($2::bigint[])) = ($4 = ANY (denied_permissions))`,
    values: [
      space.dataSpace,
      [...profiles, space.id(systemIds.profileAdministrator)],
      modulePermissions(apiName),
      view,
      user.id,
      nowMs,
    ],
  });
}
