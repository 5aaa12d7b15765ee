import { type Field, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { Space } from '../../kernel/space/space.ts';
import type { Version } from '../../kernel/versions.ts';
import type { MetadataPlace } from '../model/kind.ts';

/** What metadata say of fields that lead to records. */

interface ModuleReference {
  readonly api_name: string;
  readonly id: string;
}

/** What metadata shows of a module that something points to: its name until v3 (crm-api 2.3). */
export function moduleForm<M extends ModuleReference | undefined>(
  { number }: Version,
  module: M,
): M | string | undefined {
  return number < 3 ? module?.api_name : module;
}

export function referenceTo(apiName: string, space: Space): ModuleReference | undefined {
  const module = space.metadata.find(apiName);
  return module && { api_name: module.apiName, id: space.moduleId(module) };
}

/** How a multi-select look-up is made of links, as old and new clients look for it. */
export function linkingAttributes(field: Field, { space, version }: MetadataPlace): object {
  const { linking: by, backList } = field;
  const module = by && space.metadata.find(by.module);
  if (!by || !module) return {};
  const lookupTo = (name: string) => {
    const inner = wholeModule(module).field.get(name);
    return { api_name: name, field_label: inner?.label ?? name, id: space.id(inner?.idSuffix ?? 0) };
  };
  const connected = by.connectedModule === null ? undefined : referenceTo(by.connectedModule, space);
  return {
    display_label: backList?.label ?? field.label,
    api_name: backList?.apiName ?? field.apiName,
    id: space.id(field.idSuffix),
    linking_module: moduleForm(version, { api_name: module.apiName, id: space.moduleId(module) }),
    connected_module: moduleForm(version, connected) ?? null,
    lookup_apiname: by.parentField,
    connectedlookup_apiname: by.connectedField,
    connectedfield_apiname: field.apiName,
    linking_details: {
      module: { api_name: module.apiName, id: space.moduleId(module), plural_label: module.pluralLabel, visibility: 0 },
      lookup_field: lookupTo(by.parentField),
      connected_lookup_field: lookupTo(by.connectedField),
    },
    connected_details: connected ? { module: connected, field: null, layouts: [] } : null,
    related_list: backList
      ? { display_label: backList.label, api_name: backList.apiName, id: space.id(backList.idSuffix) }
      : null,
    record_access: false,
  };
}
