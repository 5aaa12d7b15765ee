import type { Queryable } from '../../database/database.ts';
import type { CrmCall } from '../context.ts';
import { idInvalid, Refusal } from '../errors.ts';
import { pathId } from '../http/parameters.ts';
import type { Field, Metadata, Module } from '../metadata/metadata.ts';
import { sequenceOf } from '../organizations/ids.ts';
import { loadMetadata } from '../organizations/load-metadata.ts';

/** A field as it is in the database now, whoever may see it. */
export interface FoundField {
  readonly metadata: Metadata;
  readonly module: Module;
  readonly field: Field;
}

/** The field with an id; undefined when the module has none. */
export async function findField(
  transaction: Queryable,
  { space }: CrmCall,
  moduleNumber: number,
  id: string,
): Promise<FoundField | undefined> {
  const suffix = sequenceOf(space.dataSpace, id);
  const metadata = await loadMetadata(transaction, space.dataSpace, space.contents.settings);
  const module = metadata.byNumber(moduleNumber) as Module;
  const field = module.fields.find(({ idSuffix }) => idSuffix === suffix);
  return field && { metadata, module, field };
}

/** The field that the path names. @throws Refusal INVALID_DATA */
export async function fieldInPath(transaction: Queryable, call: CrmCall, moduleNumber: number): Promise<FoundField> {
  const found = await findField(transaction, call, moduleNumber, pathId(call.path[0] as string, 2));
  if (found) return found;
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
}
