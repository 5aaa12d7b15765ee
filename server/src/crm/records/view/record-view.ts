import { emptyOf, kindOf, valueKindOf } from '../../fields/field-kinds.ts';
import { type RecordView, showUser } from '../../fields/model/view.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { Field, Linking, Module } from '../../kernel/metadata/metadata.ts';
import type { StoredRecord, StoredValue } from '../../kernel/record/record.ts';
import type { Records, Reference } from '../../kernel/record/writes.ts';
import { layoutByKey, layoutsOf } from '../../kernel/space/layouts-of.ts';
import type { Space } from '../../kernel/space/space.ts';
import { newestVersion, type Version } from '../../kernel/versions.ts';
import { formulaValue } from '../../language/formula/record-formulas.ts';
import { showFiles } from '../file-fields.ts';
import { rowForms } from './row-forms.ts';

type Show = (record: StoredRecord, view: RecordView) => unknown;
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
  const { apiName, key } = field;
  const kind = kindOf(field);
  if (kind.holds === 'layout') {
    return ({ data }, { space }) => {
      const { id, definition } = layoutByKey(layoutsOf(space, module), data[key]);
      return { name: definition.name, display_label: definition.name, id };
    };
  }
  if (kind.holds === 'files') return showFiles(field, version);
  if (field.formula && field.custom) return showFormula(module, field);
  if (field.linking) return showLinks(field, field.linking);
  if (kind.holds === 'rows') return showRows(field);
  if (apiName === 'Tag') return showTags;
  return shower(field, version, ({ data }: StoredRecord) => data[key]);
}

/** Shows a value of a field, wherever that is read from. */
function shower<Source>(
  field: Field,
  version: Version,
  read: (source: Source) => StoredValue | undefined,
): (source: Source, view: RecordView) => unknown {
  const empty = emptyOf(field);
  const show = kindOf(field).show(version);
  if (!show) return (source) => read(source) ?? empty;
  return (source, view) => {
    const value = read(source);
    return value === undefined ? empty : show(value, view);
  };
}

function isTimed(view: RecordView): view is RecordView & { readonly nowMs: number } {
  return view.nowMs !== null;
}

/** Formulas are computed when they are shown, by what the record holds and what time it is. */
function showFormula(module: Module, field: Field): Show {
  const { key } = field;
  const show = valueKindOf(field).show(newestVersion);
  const empty = emptyOf(field);
  return (record, view) => {
    const value = isTimed(view) ? formulaValue(module, key, record, view) : (record.data[key] ?? null);
    return value === null ? empty : (show?.(value, view) ?? value);
  };
}

/** Tags are stored by id; one that was deleted since is not shown. */
const showTags: Show = (record, { space }) =>
  ((record.data.Tag ?? []) as readonly string[]).flatMap((id) => {
    const tag = space.tag(id);
    return tag ? [{ name: tag.name, id, color_code: tag.colorCode }] : [];
  });

type Row = Readonly<Record<string, StoredValue>>;

/** `[{"<look-up of the linking module>":{"name":…,"id":…},"id":"<link>"}]`, without what was deleted since. */
function showLinks({ key }: Field, { module: name, parentField, connectedField }: Linking): Show {
  return (_, view) => {
    const module = view.space.metadata.find(name);
    const fields = module ? rowFields(module) : [];
    const own = fields.filter(({ field: { apiName, custom } }) => custom && apiName !== parentField);
    const connected = fields.find(({ field: { apiName } }) => apiName === connectedField);
    return (view.links?.get(key) ?? []).slice(0, mostRowsShown).flatMap(({ id, data }) => {
      const to = connected?.show(data, view);
      if (!to) return [];
      const shown = own.map((each) => [each.field.apiName, each.show(data, view)]);
      return [{ [connectedField]: to, id, ...Object.fromEntries(shown) }];
    });
  };
}

interface RowField {
  readonly name: string;
  readonly field: Field;
  readonly show: (row: Row, view: RecordView) => unknown;
}

const knownRows = new WeakMap<Module, readonly RowField[]>();

/** How the fields of rows, or of links, are shown: found once for each module. */
function rowFields(module: Module): readonly RowField[] {
  let fields = knownRows.get(module);
  if (!fields) {
    fields = module.fields
      .filter(({ rowForm }) => rowForm !== 'hidden')
      .map((field) => ({ name: field.apiName, field, show: showInRow(field) }));
    knownRows.set(module, fields);
  }
  return fields;
}

function showInRow(field: Field): RowField['show'] {
  const { rowForm, key } = field;
  if (rowForm === null || rowForm === 'hidden') return shower(field, newestVersion, (row: Row) => row[key]);
  const show = rowForms[rowForm];
  return (row, view) => show(row, key, view);
}

/** Rows of a subform, or links, that an answer holds. */
export const mostRowsShown = 200;

function showRows(field: Field): Show {
  return (record, view) => {
    const rows = record.data[field.key] as readonly Row[] | undefined;
    const module = rows && view.space.metadata.find(field.subform ?? '');
    if (!module) return [];
    const fields = rowFields(module);
    const namesRecord = module.field.get('Parent_Id')?.rowForm !== 'hidden';
    return rows.slice(0, mostRowsShown).map((row) => {
      const shown: Record<string, unknown> = { id: row.id };
      for (const { name, show } of fields) shown[name] = show(row, view);
      if (namesRecord) shown.Parent_Id = { name: record.name, id: record.id };
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
  const { references, holds } = kindOf(field);
  if (references) for (const { module, id } of references(value, field)) add(module, id);
  else if (holds === 'rows') {
    const inner = space.metadata.find(field.subform ?? '')?.fields ?? [];
    for (const row of value as readonly Row[]) for (const each of inner) collect(each, row, space, add);
  }
}
