import type { Queryable } from '../../../database/database.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { sequenceOf } from '../../kernel/ids.ts';
import type { Field, Metadata, Module } from '../../kernel/metadata/metadata.ts';
import { loadMetadata } from '../../store/space/load-metadata.ts';
import { pathId } from '../../wire/parameters.ts';

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
  const metadata = await loadMetadata(transaction, space.dataSpace, space.contents);
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
