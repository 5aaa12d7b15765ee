import type { Field } from '../../kernel/metadata/metadata.ts';
import type { Version } from '../../kernel/versions.ts';
import { idOfAny } from '../comparisons/ids.ts';
import { showRecord } from '../groups/lookups.ts';
import { referenceTo } from '../groups/metadata.ts';
import { anyLookupGiven, anyModuleReference } from '../groups/schemas.ts';
import { fieldKind, type RecordLookup, type ShowValue, type Target } from '../model/kind.ts';
import { readAnyModuleLookup } from '../values/read-reference.ts';

const lookup: RecordLookup = {
  to: 'records',
  several: true,
  target: (value) => value as unknown as Target,
  idSql: ({ json }) => `(${json} ->> 'id')`,
  given: (id, module) => ({ id, module: { api_name: module } }),
};

const show: ShowValue = (value, { names, space }) => {
  const { id, module } = value as unknown as Target;
  const name = names.get(id);
  const target = space.metadata.find(module);
  if (name === undefined || !target) return null;
  return { name, id, module: { api_name: target.apiName, id: space.moduleId(target) } };
};

/** Old versions say beside the look-up into which module it leads, if at all. */
const showBriefly: ShowValue = (value, view) => showRecord((value as unknown as Target).id, view);

/** Those that say so since v3. Others, and all of them before, say that they lead to `se_module`. */
const saySo: ReadonlySet<string> = new Set(['Appointment_For', 'Connected_To__s', 'Locked_For__s']);

const saysSo = ({ number }: Version, { apiName }: Field): boolean => number >= 3 && saySo.has(apiName);

/** A record of one of several modules. */
export const kind = fieldKind({
  jsonType: 'jsonobject',
  read: readAnyModuleLookup,
  show: ({ number }) => (number < 3 ? showBriefly : show),
  lookup,
  references: (value, field) => [lookup.target(value, field)],
  comparison: idOfAny,
  cell: {
    sql: (data, writer) => writer.plain(lookup.idSql(data)),
    read: (text, { module }) => lookup.given(text.trim(), module),
  },
  schema: { answered: () => anyModuleReference, given: () => anyLookupGiven },
  nameIn: (version, field) => (saysSo(version, field) ? 'multi_module_lookup' : 'lookup'),
  attributes: (field, { space, version }) => {
    if (!saysSo(version, field)) {
      // A record names its own module beside it.
      const module = version.number < 3 ? 'se_module' : { api_name: 'se_module' };
      return { lookup: { display_label: 'activities', api_name: null, module, id: null } };
    }
    const modules = field.lookupModules.map((name) => referenceTo(name, space)).filter((each) => each !== undefined);
    const { label, apiName, idSuffix } = field;
    return { multi_module_lookup: { display_label: label, api_name: apiName, modules, id: space.id(idSuffix) } };
  },
  sortable: false,
});
