import { formatDateTime } from '../../fields/values/date-time.ts';
import { type RecordView, showUser, showUserBriefly } from '../../fields/view.ts';
import { layoutId, readId } from '../../kernel/ids.ts';
import type { Field, Formula, Linking, Module } from '../../kernel/metadata/metadata.ts';
import { type Participant, participantModules } from '../../kernel/record/participants.ts';
import type { StoredRecord, StoredValue } from '../../kernel/record/record.ts';
import type { Records, Reference } from '../../kernel/record/writes.ts';
import type { Space } from '../../kernel/space/space.ts';
import { newestVersion, type Version } from '../../kernel/versions.ts';
import { formulaValue } from '../../language/formula/record-formulas.ts';
import { isFileField, showFiles } from '../file-fields.ts';
import { assignmentsIn } from '../territory-places.ts';
import { showParticipants } from './participants.ts';
import { rowForms } from './row-forms.ts';

type Show = (record: StoredRecord, view: RecordView) => unknown;
type ShowValue = (value: StoredValue, view: RecordView) => unknown;

const showLookup: ShowValue = (value, { names }) => {
  const id = value as string;
  // A target that was deleted since has no name any more, and the lookup is empty.
  const name = names.get(id);
  return name === undefined ? null : { name, id };
};

const showAnyModuleLookup: ShowValue = (value, view) => {
  const { id, module } = value as { id: string; module: string };
  const name = view.names.get(id);
  const target = view.space.metadata.find(module);
  if (name === undefined || !target) return null;
  return { name, id, module: { api_name: target.apiName, id: view.space.moduleId(target) } };
};

/** Old versions say beside the look-up into which module it leads, if at all. */
const showAnyModuleLookupBriefly: ShowValue = (value, view) => showLookup((value as { id: string }).id, view);

const showDateTime: ShowValue = (value, { timeZone }) => formatDateTime(value as number, timeZone);
const showUserLookup: ShowValue = (value, { space }) => showUser(space, value as string);

const showReminders: ShowValue = (value, view) =>
  typeof value === 'number'
    ? showDateTime(value, view)
    : (value as readonly object[]).map((each) => ({ unit: null, period: null, time: null, ...each }));

/** Types whose stored form is not their wire form. */
const showValue: Readonly<Record<string, ShowValue>> = {
  datetime: showDateTime,
  event_reminder: showDateTime,
  lookup: showLookup,
  multi_module_lookup: showAnyModuleLookup,
  ownerlookup: showUserLookup,
  userlookup: showUserLookup,
  participants: showParticipants,
  multireminder: showReminders,
};

const time =
  (column: 'createdAtMs' | 'modifiedAtMs' | 'activityAtMs'): Show =>
  (record, { timeZone }) =>
    formatDateTime(record[column], timeZone);

export const user =
  (column: 'ownerId' | 'createdBy' | 'modifiedBy'): Show =>
  (record, { space }) =>
    showUser(space, record[column]);

/** Fields that come from columns, in every module that has them. */
const columnFields: Readonly<Record<string, Show>> = {
  id: (record) => record.id,
  Owner: user('ownerId'),
  Created_By: user('createdBy'),
  Modified_By: user('modifiedBy'),
  Created_Time: time('createdAtMs'),
  Modified_Time: time('modifiedAtMs'),
  Last_Activity_Time: time('activityAtMs'),
  Change_Log_Time__s: time('modifiedAtMs'),
  Converted__s: (record) => record.converted,
  Record_Status__s: () => 'Available',
};

/** How a field of a module is shown. */
export function showField(module: Module, field: Field, version: Version = newestVersion): Show {
  const column = columnFields[field.apiName];
  if (column) return column;
  const { apiName, dataType, key } = field;
  if (dataType === 'layout') {
    return (_, { space }) => ({
      name: 'Standard',
      display_label: 'Standard',
      id: layoutId(space.dataSpace, module.number),
    });
  }
  if (isFileField(field)) return showFiles(field, version);
  if (field.formula && field.custom) return showFormula(module, field, field.formula);
  if (field.linking) return showLinks(field, field.linking);
  if (dataType === 'subform') return showRows(field);
  if (apiName === 'Tag') return showTags;
  if (dataType === 'territories') return showTerritories(apiName);
  const empty = emptyValue(dataType, field.jsonType);
  const brief = dataType === 'multi_module_lookup' && version.number < 3;
  const show = brief ? showAnyModuleLookupBriefly : showValue[dataType];
  if (!show) return (record) => record.data[key] ?? empty;
  return (record, view) => {
    const value = record.data[key];
    return value === undefined ? empty : show(value, view);
  };
}

function isTimed(view: RecordView): view is RecordView & { readonly nowMs: number } {
  return view.nowMs !== null;
}

/** Formulas are computed when they are shown, by what the record holds and what time it is. */
function showFormula(module: Module, { key }: Field, { returnType }: Formula): Show {
  const show = showValue[returnType];
  return (record, view) => {
    const value = isTimed(view) ? formulaValue(module, key, record, view) : (record.data[key] ?? null);
    return value === null ? emptyValue(returnType, '') : (show?.(value, view) ?? value);
  };
}

/** How a field without a value is shown. */
function emptyValue(dataType: Field['dataType'], jsonType: string): [] | false | null {
  if (jsonType === 'jsonarray') return [];
  return dataType === 'boolean' ? false : null;
}

/** Tags are stored by id; one that was deleted since is not shown. */
const showTags: Show = (record, { space }) =>
  ((record.data.Tag ?? []) as readonly string[]).flatMap((id) => {
    const tag = space.tag(id);
    return tag ? [{ name: tag.name, id, color_code: tag.colorCode }] : [];
  });

/** Territories are stored by id; one that was deleted since is not shown. */
function showTerritories(apiName: string): Show {
  return (record, { space, timeZone }) =>
    assignmentsIn(record.data, apiName).flatMap(({ territory, at = 0, by }) => {
      const found = space.territory(territory);
      if (!found) return [];
      return [
        {
          Name: found.name,
          id: territory,
          $assigned_by: by ? showUserBriefly(space, by.id) : null,
          $assigned_time: formatDateTime(at, timeZone),
          $assigned: by ? 'manually' : 'automatically',
        },
      ];
    });
}

type Row = Readonly<Record<string, StoredValue>>;

/** `[{"<look-up of the linking module>":{"name":…,"id":…},"id":"<link>"}]`, without what was deleted since. */
function showLinks({ key }: Field, { module: name, parentField, connectedField }: Linking): Show {
  return (_, view) => {
    const fields = view.space.metadata.find(name)?.fields ?? [];
    const own = fields.filter(({ apiName, custom }) => custom && apiName !== parentField);
    const connected = fields.find(({ apiName }) => apiName === connectedField);
    return (view.links?.get(key) ?? []).slice(0, mostRowsShown).flatMap((link) => {
      const to = connected && showValue[connected.dataType]?.(link.data[connectedField] as StoredValue, view);
      if (!to) return [];
      const shown: Record<string, unknown> = { [connectedField]: to, id: link.id };
      for (const field of own) {
        const value = link.data[field.key];
        const empty = emptyValue(field.dataType, field.jsonType);
        shown[field.apiName] = value === undefined ? empty : (showValue[field.dataType]?.(value, view) ?? value);
      }
      return [shown];
    });
  };
}

/** Rows of a subform, or links, that an answer holds. */
export const mostRowsShown = 200;

function showRows(field: Field): Show {
  return (record, view) => {
    const rows = record.data[field.key] as readonly Row[] | undefined;
    const module = rows && view.space.metadata.find(field.subform ?? '');
    if (!module) return [];
    return rows.slice(0, mostRowsShown).map((row) => {
      const shown: Record<string, unknown> = { id: row.id };
      for (const { apiName, dataType, jsonType, key, rowForm } of module.fields) {
        if (rowForm === 'hidden') continue;
        if (rowForm !== null) {
          shown[apiName] = rowForms[rowForm](row, key, view);
          continue;
        }
        const value = row[key];
        const empty = emptyValue(dataType, jsonType);
        shown[apiName] = value === undefined ? empty : (showValue[dataType]?.(value, view) ?? value);
      }
      if (module.field.get('Parent_Id')?.rowForm !== 'hidden') shown.Parent_Id = { name: record.name, id: record.id };
      return shown;
    });
  };
}

/** The names of everything that `records` point to in `fields`, with at most one statement. */
export async function namesFor(
  table: Pick<Records, 'targets'>,
  space: Space,
  fields: readonly Field[],
  records: readonly StoredRecord[],
): Promise<ReadonlyMap<string, string | null>> {
  const references = new Map<string, Reference>();
  const add = (moduleName: string, id: string): void => {
    const module = space.metadata.find(moduleName);
    if (module) references.set(id, { module: module.number, id });
  };
  for (const record of records) for (const field of fields) collect(field, record.data, space, add);
  if (references.size === 0) return noNames;
  const targets = await table.targets(space.dataSpace, [...references.values()]);
  return new Map(targets.map(({ id, name }) => [id, name]));
}

const noNames: ReadonlyMap<string, string | null> = new Map();

function collect(field: Field, data: Row, space: Space, add: (module: string, id: string) => void): void {
  const value = data[field.key];
  if (value === undefined) return;
  if (field.dataType === 'lookup') add(field.lookupModules[0] as string, value as string);
  else if (field.dataType === 'multi_module_lookup') {
    const target = value as { id: string; module: string };
    add(target.module, target.id);
  } else if (field.dataType === 'participants') {
    for (const { type, participant } of value as readonly Participant[]) {
      const module = participantModules[type];
      const id = readId(participant);
      if (module !== undefined && id !== undefined) add(module, id);
    }
  } else if (field.dataType === 'subform') {
    const rows = value as readonly Row[];
    const inner = space.metadata.find(field.subform ?? '')?.fields ?? [];
    for (const row of rows) for (const rowField of inner) collect(rowField, row, space, add);
  }
}
