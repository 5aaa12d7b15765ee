import type { Queryable } from '../../../database/database.ts';
import {
  type CustomFieldRow,
  type CustomModuleRow,
  customizedMetadata,
} from '../../kernel/metadata/customized-metadata.ts';
import type { Metadata } from '../../kernel/metadata/metadata.ts';
import type { SpaceContents } from '../../kernel/space/space.ts';

/** The metadata of a data space as it is in the database now. */
export async function loadMetadata(
  queryable: Queryable,
  dataSpace: number,
  { settings, lists }: Pick<SpaceContents, 'settings' | 'lists'>,
): Promise<Metadata> {
  const values = [dataSpace];
  const modules = await queryable.query<CustomModuleRow>({
    name: 'crm-space-modules',
    text: `SELECT module, definition, created_at_ms, modified_at_ms FROM crm_custom_module
             WHERE data_space = $1 ORDER BY module`,
    values,
  });
  const fields = await queryable.query<CustomFieldRow>({
    name: 'crm-space-fields',
    text: `SELECT module, api_name, definition, created_at_ms, modified_at_ms FROM crm_custom_field
             WHERE data_space = $1 ORDER BY module, created_at_ms, (definition ->> 'id')::bigint, api_name`,
    values,
  });
  const [removed] = await queryable.query<{ at_ms: string | null }>({
    name: 'crm-space-deleted-fields',
    text: 'SELECT max(deleted_at_ms) AS at_ms FROM crm_deleted_field WHERE data_space = $1',
    values,
  });
  return customizedMetadata(modules, fields, {
    territories: settings.territories,
    currencies: lists.currency ?? [],
    removedAtMs: Number(removed?.at_ms ?? 0),
  });
}
