import { kindOfType } from '../../fields/field-kinds.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { DataType, Linking, Module } from '../../kernel/metadata/metadata.ts';
import type { FieldSource, ModuleSource } from '../../kernel/metadata/standard-modules.ts';
import { backList, readLabel, readTarget } from './field-details.ts';
import { apiNameFor, apiNamePattern, isApiName } from './field-names.ts';
import { type FieldTask, fail, type ModuleTask, type Reading } from './field-task.ts';
import { idField, ownerField, stampFields } from './module-definition.ts';
import { isModuleNameTaken, nextModuleName } from './module-names.ts';

/**
 * Multi-select look-ups consist of records of a linking module of their own, each of which points to the record that
 * has the field and to what is chosen (crm-api 5.1, 5.2).
 */
export interface LinkingField {
  readonly field: Pick<FieldSource, 'linking' | 'lookup' | 'back_list'>;
  readonly module: ModuleSource;
}

const flags = ['api_supported', 'creatable', 'editable', 'deletable', 'viewable'];

/** `multiselectlookup:{connected_module | connected_details.module, linking_details.module, related_list, …}` */
export function readLinking(
  item: JsonObject,
  type: DataType,
  named: Pick<FieldSource, 'api_name' | 'label'>,
  task: ModuleTask,
): Reading<LinkingField> {
  const given = objectOf(item[type]);
  const toUsers = kindOfType(type).linksTo === 'users';
  const connected: Reading<Module | undefined> = toUsers
    ? { value: undefined }
    : readConnected(item, given, type, task);
  if (connected.failure) return connected;
  const names = objectOf(objectOf(given.linking_details).module ?? given.linking_module);
  const at = `${type}.linking_details.module`;
  const plural = readLabel(names.plural_label, `${at}.plural_label`, '', task);
  if (plural.failure) return plural;
  const apiName = readApiName(names.api_name, `${at}.api_name`, plural.value, connected.value, task);
  if (apiName.failure) return apiName;
  const label = readLabel(
    objectOf(given.related_list).display_label ?? given.display_label,
    `${type}.display_label`,
    task.module.pluralLabel,
    task,
  );
  if (label.failure) return label;

  const { module } = task;
  const parentField = apiNameFor(module.apiName, 'Parent', (name) => isTaken(name, named.api_name));
  const own = connected.value && backList(task.module, named.label, task);
  const linking: Linking = {
    module: apiName.value,
    parentField,
    connectedField: named.api_name,
    connectedModule: connected.value?.apiName ?? null,
    list: own ?? null,
  };
  const definition = definitionOf(linking, plural.value, named, task);
  return {
    value: {
      field: {
        linking,
        ...(connected.value
          ? { lookup: connected.value.apiName, back_list: backList(connected.value, label.value, task, own?.apiName) }
          : {}),
      },
      module: definition,
    },
  };
}

const system = new Set([idField, ownerField(''), ...stampFields].map(({ api_name }) => api_name.toLowerCase()));

function isTaken(name: string, other: string): boolean {
  return name.toLowerCase() === other.toLowerCase() || system.has(name.toLowerCase());
}

const objectOf = (raw: unknown): JsonObject => (isJsonObject(raw) ? raw : {});

function readConnected(item: JsonObject, given: JsonObject, type: DataType, task: FieldTask): Reading<Module> {
  const details = objectOf(given.connected_details).module;
  const inLookup = objectOf(item.lookup).module;
  const raw = details ?? given.connected_module ?? given.module ?? inLookup;
  const at = details !== undefined ? `${type}.connected_details.module` : `${type}.connected_module`;
  if (item[type] === undefined && inLookup === undefined) return fail('MANDATORY_NOT_FOUND', task, type, {});
  return readTarget(raw, at, task);
}

function readApiName(
  given: unknown,
  at: string,
  plural: string,
  connected: Module | undefined,
  { metadata, module, ...task }: FieldTask,
): Reading<string> {
  const taken = (name: string) => isModuleNameTaken(metadata, name);
  if (given === undefined || given === null) {
    const label = plural === '' ? `${module.apiName}_X_${connected?.apiName ?? 'Users'}` : plural;
    return { value: apiNameFor(label, 'Linking_Module', taken) };
  }
  if (!isApiName(String(given))) return fail('INVALID_DATA', task, at, { regex: apiNamePattern });
  return taken(String(given)) ? fail('DUPLICATE_DATA', task, at, {}) : { value: String(given) };
}

function definitionOf(
  { module: api_name, parentField, connectedField, connectedModule }: Linking,
  plural: string,
  named: Pick<FieldSource, 'label'>,
  task: ModuleTask,
): ModuleSource {
  const { module, metadata, newId } = task;
  const label = plural === '' ? api_name.replaceAll('_', ' ') : plural;
  const lookup = { type: 'lookup', length: 120, ui_type: 133 };
  const connected =
    connectedModule === null ? { ...lookup, type: 'userlookup' } : { ...lookup, lookup: connectedModule };
  const fields = [
    { api_name: parentField, label: module.singularLabel, ...lookup, lookup: module.apiName, mandatory: true },
    { api_name: connectedField, label: named.label, ...connected, mandatory: true },
    ownerField(label),
    ...stampFields,
    idField,
  ];
  return {
    id: task.newModuleNumber(),
    api_name,
    module_name: nextModuleName(metadata, 'LinkingModule'),
    singular_label: label,
    plural_label: label,
    generated_type: 'linking',
    scope: 'custom',
    display_field: null,
    parent_module: module.apiName,
    pair: [parentField, connectedField],
    flags,
    fields: fields.map((field) => ({ id: newId(), ...field })),
  };
}
