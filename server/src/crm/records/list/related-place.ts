import { kindOf } from '../../fields/field-kinds.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { ActivityEnd } from '../../kernel/metadata/traits.ts';
import { accessTo, conditionSql } from '../../store/records/visibility.ts';
import { pathId } from '../../wire/parameters.ts';
import { mayUse, pathModule, type RecordPermission } from '../record-module.ts';
import { linkFields, linkValueShown } from './link-fields.ts';
import type { ListScope } from './list-scope.ts';
import { findRelatedList, type RelatedList } from './related-lists.ts';

export const relatedIdInvalid = 'the related id given seems to be invalid';

/** The list that the path `/{module}/{id}/{related_list}` names (crm-api 6.12). */
export interface RelatedPlace {
  readonly parentModule: Module;
  readonly parentId: string;
  readonly list: RelatedList;
  /** Of what is listed. */
  readonly module: Module;
}

interface Permissions {
  readonly parent: RecordPermission;
  readonly related: RecordPermission;
}

/** Finds the list and its record, and asks the user's profile for both modules. @throws Refusal */
export async function relatedPlace(call: CrmCall, permissions: Permissions): Promise<RelatedPlace> {
  const place = namedPlace(call);
  await enter(call, place, permissions);
  return place;
}

/** The list that the path names, whether or not its record exists. @throws Refusal INVALID_MODULE, INVALID_DATA. */
export function namedPlace(call: CrmCall): RelatedPlace {
  const parentModule = pathModule(call);
  const list = findRelatedList(parentModule, call.space.metadata, call.path[2] as string);
  const module = list?.module ? call.space.metadata.find(list.module) : undefined;
  if (!list || !module || list.source.kind === 'apart') {
    throw relatedNameInvalid();
  }
  const parentId = readId(pathId(call.path[1] as string, 1)) as string;
  return { parentModule, parentId, list, module };
}

/** Asks for permissions and for the record. @throws Refusal NO_PERMISSION, INVALID_DATA. */
export async function enter(call: CrmCall, place: RelatedPlace, permissions: Permissions): Promise<void> {
  mayEnter(call, place, permissions);
  await existingParent(call, place.parentModule);
}

/** @throws Refusal NO_PERMISSION. */
export function mayEnter(
  call: CrmCall,
  { parentModule, module }: RelatedPlace,
  { parent, related }: Permissions,
): void {
  mayUse(call, parentModule, parent);
  mayUse(call, module, related);
}

export function relatedNameInvalid(): Refusal {
  return new Refusal('INVALID_DATA', {
    details: { resource_path_index: 2 },
    message: 'the relation name given seems to be invalid',
  });
}

/** The id of the record in the path. @throws Refusal when there is none. */
export async function existingParent(call: CrmCall, module: Module): Promise<string> {
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  const parent = await call.store.records.read({ dataSpace: call.space.dataSpace, module: module.number, id });
  if (parent) return id;
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 1 }, message: relatedIdInvalid });
}

/** The id of the related record in the path. */
export function relatedId(call: CrmCall): string {
  const id = readId(call.path[3] as string);
  if (id !== undefined) return id;
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 3 }, message: idInvalid });
}

type Parameter = (value: unknown) => string;

/**
 * The records of a list, as a condition. What points to the record comes from `crm_reference` as an array, so that the
 * plan never depends on how many records the module has.
 */
export function listScope(call: CrmCall, place: RelatedPlace): ListScope {
  const scope = wholeScope(call, place);
  // Notes are seen by whoever sees their record.
  const { visible } = place.module.traits.partOfRecord ? {} : accessTo(call, place.module);
  const among = (parameter: Parameter) =>
    `${scope.among(parameter)}${visible ? ` AND ${conditionSql(visible, 'crm_record', parameter)}` : ''}`;
  return { ...scope, limited: true, ...(visible ? { among } : {}) };
}

function wholeScope(call: CrmCall, place: RelatedPlace): ListScope {
  const { list, parentId } = place;
  const { source } = list;
  const key = `${place.parentModule.number}/${parentId}/${list.apiName}`;
  const { dataSpace } = call.space;
  if (source.kind === 'link') {
    const [here, there] = source.side === 'left' ? ['left_id', 'right_id'] : ['right_id', 'left_id'];
    return {
      key,
      among: (parameter) =>
        `record_id = ANY (ARRAY(SELECT ${there} FROM crm_link WHERE data_space = ${parameter(dataSpace)}
           AND relation = ${parameter(source.relation)} AND ${here} = ${parameter(parentId)}))`,
      ...(linkFields[source.relation] ? { more: (ids) => linkValues(call, place, ids) } : {}),
    };
  }
  if (source.kind === 'linked') {
    const linking = call.space.metadata.find(source.module)?.number ?? 0;
    return {
      key,
      among: (parameter) => {
        const [space, module, parent] = [parameter(dataSpace), parameter(linking), parameter(parentId)];
        const [here, there] = [`${parameter(source.here)}::text`, `${parameter(source.there)}::text`];
        return `record_id = ANY (ARRAY(SELECT (link.data ->> ${there})::bigint FROM crm_record AS link
           WHERE link.data_space = ${space} AND link.module = ${module}
             AND link.record_id = ANY (ARRAY(SELECT record_id FROM crm_reference
                   WHERE data_space = ${space} AND target_id = ${parent} AND module = ${module} AND field = ${here}))
             AND link.data ->> ${here} = ${parent}::bigint::text))`;
      },
    };
  }
  if (source.kind === 'own') {
    return {
      key,
      among: (parameter) =>
        `record_id = (SELECT (data ->> ${parameter(source.field)})::bigint FROM crm_record WHERE data_space = ${parameter(dataSpace)}
           AND module = ${parameter(place.parentModule.number)} AND record_id = ${parameter(parentId)})`,
    };
  }
  const field = source.kind === 'lookup' ? source.field : '';
  return {
    key,
    among: (parameter) => {
      const references = `record_id = ANY (ARRAY(SELECT record_id FROM crm_reference
         WHERE data_space = ${parameter(dataSpace)} AND target_id = ${parameter(parentId)}
           AND module = ${parameter(place.module.number)} AND field = ${parameter(field)}))`;
      return [references, stillPoints(place, field, parameter), closedCondition(call, place, parameter)]
        .filter((condition) => condition !== undefined)
        .join(' AND ');
    },
  };
}

/** References are only ever added: whether the record still points here, it says itself. */
function stillPoints({ module, parentId }: RelatedPlace, field: string, parameter: Parameter): string {
  const [name, inner] = field.split('.') as [string, string?];
  if (inner !== undefined) {
    return `data -> ${parameter(name)}::text @> ${parameter(JSON.stringify([{ [inner]: parentId }]))}::jsonb`;
  }
  const id = parameter(parentId);
  const key = `${parameter(name)}::text`;
  const data = { json: `(data -> ${key})`, text: `(data ->> ${key})` };
  const pointing = module.field.get(name);
  const lookup = pointing && kindOf(pointing).lookup;
  return `${lookup?.to === 'records' ? lookup.idSql(data) : data.text} = ${id}::text`;
}

/** When activities are over. A parameter that nothing mentions has no type, so the time is one only where it counts. */
const over: Readonly<Record<ActivityEnd, (now: () => string) => string>> = {
  completed: () => `coalesce(data ->> 'Status' = 'Completed', false)`,
  ended: (now) => `coalesce((data ->> 'End_DateTime')::bigint < ${now()}, false)`,
  held: (now) => `NOT coalesce(data ->> 'Outgoing_Call_Status' = 'Scheduled'
    OR data ->> 'Scheduled_In_CRM' = 'Yes' OR (data ->> 'Call_Start_Time')::bigint > ${now()}, false)`,
};

function closedCondition(call: CrmCall, { list, module }: RelatedPlace, parameter: Parameter): string | undefined {
  const { overWhen } = module.traits;
  if (list.closed === undefined || overWhen === undefined) return undefined;
  const condition = over[overWhen](() => `${parameter(call.nowMs)}::bigint`);
  return list.closed ? condition : `NOT (${condition})`;
}

interface LinkRow {
  id: string;
  data: Record<string, unknown>;
}

/** The links' own fields, by the id of the record at their other end. */
async function linkValues(
  { space, store }: CrmCall,
  { list, parentId }: RelatedPlace,
  ids: readonly string[],
): Promise<ReadonlyMap<string, object>> {
  if (list.source.kind !== 'link') return new Map();
  const { relation, side } = list.source;
  const [here, there] = side === 'left' ? ['left_id', 'right_id'] : ['right_id', 'left_id'];
  const rows = await store.database.query<LinkRow>({
    text: `SELECT ${there} AS id, data FROM crm_link
           WHERE data_space = $1 AND relation = $2 AND ${here} = $3 AND ${there} = ANY ($4::bigint[])`,
    values: [space.dataSpace, relation, parentId, ids],
  });
  return new Map(
    rows.map(({ id, data }) => [
      id,
      Object.fromEntries(
        (linkFields[relation] ?? []).map((field) => [field.apiName, linkValueShown(field, data, space)]),
      ),
    ]),
  );
}
