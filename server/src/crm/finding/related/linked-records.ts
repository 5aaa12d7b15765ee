import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import { type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { findLinks } from '../../records/linking/find-links.ts';
import type { RelatedSource } from '../../records/list/related-lists.ts';
import { type RelatedPlace, relatedIdInvalid } from '../../records/list/related-place.ts';
import { mayUse } from '../../records/record-module.ts';
import { createItems } from '../../records/write/create-records.ts';
import { deleteItems } from '../../records/write/delete-records.ts';
import { updateItems } from '../../records/write/update-records.ts';
import { success } from '../../wire/item-list.ts';

/** Writing through the list of a multi-select look-up (crm-api 6.12): its links are records of a linking module. */
export type LinkedSource = Extract<RelatedSource, { kind: 'linked' }>;

type IdPlace = (index: number) => Readonly<Record<string, unknown>>;

/** Links records with the record of the list, or changes what links say beside that; one answer for each item. */
export async function linkRecords(
  call: CrmCall,
  { parentId }: RelatedPlace,
  source: LinkedSource,
  items: readonly unknown[],
  ids: readonly (string | undefined)[],
  idPlace: IdPlace,
): Promise<ItemAnswer[]> {
  const linking = linkingModule(call, source);
  mayUse(call, linking, 'Create');
  const known = ids.filter((id) => id !== undefined);
  const links = await linksTo(call, linking, source, parentId, known);
  const answers = new Array<ItemAnswer>(items.length);
  const created: { readonly index: number; readonly item: object }[] = [];
  const changed: { readonly index: number; readonly item: object; readonly id: string }[] = [];
  items.forEach((raw, index) => {
    const id = ids[index];
    const { id: given, ...own } = isJsonObject(raw) ? raw : { id: undefined };
    if (id === undefined) {
      const missing = isJsonObject(raw) && (given === undefined || given === null);
      const body = missing ? errorBody('MANDATORY_NOT_FOUND', idPlace(index)) : undefined;
      answers[index] = body ?? errorBody('INVALID_DATA', idPlace(index), relatedIdInvalid);
      return;
    }
    const item = { ...own, [source.here]: { id: parentId }, [source.there]: { id } };
    const link = links.get(id);
    if (link === undefined) created.push({ index, item });
    else changed.push({ index, item, id: link });
  });
  const told = (index: number, answer: ItemAnswer, message: string): ItemAnswer => {
    const id = ids[index] as string;
    // Someone else has just linked the two.
    if (answer.code === 'DUPLICATE_DATA') return success('relation updated', { id });
    const unknown = answer.code === 'INVALID_DATA' && answer.details.api_name === source.there;
    if (unknown) return errorBody('INVALID_DATA', idPlace(index), relatedIdInvalid);
    return answer.status === 'success' ? success(message, { id }) : answer;
  };
  const made = await createItems(
    call,
    linking,
    created.map(({ item }) => item),
    { placeOf: (place) => created[place]?.index ?? place },
  );
  for (const [place, { index }] of created.entries()) {
    answers[index] = told(index, made[place] as ItemAnswer, 'relation added');
  }
  const done = new Array<ItemAnswer>(changed.length);
  const at: IdPlace = (place) => idPlace(changed[place]?.index ?? place);
  const linkIds = changed.map(({ id }) => id);
  await updateItems(
    call,
    linking,
    changed.map(({ item }) => item),
    linkIds,
    done,
    at,
  );
  for (const [place, { index }] of changed.entries()) {
    answers[index] = told(index, done[place] as ItemAnswer, 'relation updated');
  }
  return answers;
}

/** Ends links with these records; one answer for each. */
export async function unlinkRecords(
  call: CrmCall,
  { parentId }: RelatedPlace,
  source: LinkedSource,
  ids: readonly string[],
): Promise<ItemAnswer[]> {
  const linking = linkingModule(call, source);
  mayUse(call, linking, 'Delete');
  const links = await linksTo(
    call,
    linking,
    source,
    parentId,
    ids.map(readId).filter((id) => id !== undefined),
  );
  const gone = links.size === 0 ? [] : await deletedIds(await deleteItems(call, linking, [...links.values()]));
  return ids.map((id) => {
    const link = links.get(readId(id) ?? '');
    return link !== undefined && gone.includes(link)
      ? success('relation removed', { id })
      : errorBody('INVALID_DATA', { id }, relatedIdInvalid);
  });
}

function deletedIds({ json }: CrmAnswer): string[] {
  const { data } = json as { readonly data: readonly ItemAnswer[] };
  return data.filter(({ status }) => status === 'success').map(({ details }) => String(details.id));
}

function linkingModule({ space }: CrmCall, { module: name }: LinkedSource): Module {
  const module = space.metadata.find(name);
  if (module) return wholeModule(module);
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 } });
}

/** The ids of the links between a record and others, by the ids of the others. */
async function linksTo(
  { space, store }: CrmCall,
  linking: Module,
  { here, there }: LinkedSource,
  parentId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const links = await findLinks(store.database, space.dataSpace, linking, here, parentId, { there, ids });
  return new Map(links.map(({ id, data }) => [String(data[there]), id]));
}
