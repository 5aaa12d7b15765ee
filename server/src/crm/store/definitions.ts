import type { Queryable } from '../../database/database.ts';
import type { CrmCall } from '../kernel/call.ts';
import type { Definition, DefinitionBodies, DefinitionKind } from '../kernel/space/definition.ts';

interface DefinitionRow {
  kind: DefinitionKind;
  definition_id: string;
  module: number;
  body: DefinitionBodies[DefinitionKind];
  created_by: string;
  created_at_ms: string;
  modified_by: string;
  modified_at_ms: string;
}

const columns = 'kind, definition_id, module, body, created_by, created_at_ms, modified_by, modified_at_ms';

function fromRow(row: DefinitionRow): Definition {
  return {
    id: row.definition_id,
    kind: row.kind,
    module: row.module,
    body: row.body,
    createdBy: row.created_by,
    createdAtMs: Number(row.created_at_ms),
    modifiedBy: row.modified_by,
    modifiedAtMs: Number(row.modified_at_ms),
  };
}

/** All that an organization has set up in a data space, oldest first. */
export async function loadDefinitions(queryable: Queryable, dataSpace: number): Promise<Definition[]> {
  const rows = await queryable.query<DefinitionRow>({
    name: 'crm-space-definitions',
    text: `SELECT ${columns} FROM crm_definition WHERE data_space = $1 ORDER BY definition_id`,
    values: [dataSpace],
  });
  return rows.map(fromRow);
}

/** Those of one kind as they are now, for a change of them, oldest first. */
export async function readDefinitions<Kind extends DefinitionKind>(
  transaction: Queryable,
  { space }: Pick<CrmCall, 'space'>,
  kind: Kind,
): Promise<Definition<Kind>[]> {
  const rows = await transaction.query<DefinitionRow>({
    text: `SELECT ${columns} FROM crm_definition WHERE data_space = $1 AND kind = $2 ORDER BY definition_id`,
    values: [space.dataSpace, kind],
  });
  return rows.map((row) => fromRow(row) as Definition<Kind>);
}

/** Writes one, new or changed, with the caller's stamps. */
export async function writeDefinition<Kind extends DefinitionKind>(
  transaction: Queryable,
  { space, user, nowMs }: Pick<CrmCall, 'space' | 'user' | 'nowMs'>,
  { id, kind, module, body }: Pick<Definition<Kind>, 'id' | 'kind' | 'module' | 'body'>,
): Promise<void> {
  await transaction.query({
    text: `INSERT INTO crm_definition (data_space, kind, definition_id, module, body, created_by, created_at_ms,
                                       modified_by, modified_at_ms)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $7)
           ON CONFLICT (data_space, kind, definition_id)
             DO UPDATE SET module = $4, body = $5, modified_by = $6, modified_at_ms = $7`,
    values: [space.dataSpace, kind, id, module, JSON.stringify(body), user.id, nowMs],
  });
}

/** @returns whether there was one. */
export async function deleteDefinition(
  transaction: Queryable,
  { space }: Pick<CrmCall, 'space'>,
  kind: DefinitionKind,
  id: string,
): Promise<boolean> {
  const gone = await transaction.query({
    text: 'DELETE FROM crm_definition WHERE data_space = $1 AND kind = $2 AND definition_id = $3 RETURNING 1',
    values: [space.dataSpace, kind, id],
  });
  return gone.length > 0;
}
