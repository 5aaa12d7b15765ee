import type { FieldSource, ModuleSource } from '../../kernel/metadata/standard-modules.ts';
import { apiNameFor } from './field-names.ts';
import type { ModuleTask, Reading } from './field-task.ts';
import { idField, stampFields } from './module-definition.ts';
import { isModuleNameTaken, nextModuleName } from './module-names.ts';

/** The rows of a subform have a module of their own, to which fields are added like to any other (crm-api 5.1). */
export function readSubform(
  { api_name: parentField, label }: Pick<FieldSource, 'api_name' | 'label'>,
  task: ModuleTask,
): Reading<{ readonly field: Pick<FieldSource, 'subform'>; readonly module: ModuleSource }> {
  const { module: parent, metadata, newId } = task;
  const api_name = apiNameFor(parentField, 'Subform', (name) => isModuleNameTaken(metadata, name));
  const fields = [
    {
      api_name: 'Parent_Id',
      label: 'Parent Id',
      type: 'lookup',
      length: 120,
      ui_type: 133,
      read_only: true,
      lookup: parent.apiName,
    },
    ...stampFields.filter(({ type }) => type === 'datetime'),
    idField,
  ];
  const module: ModuleSource = {
    id: task.newModuleNumber(),
    api_name,
    module_name: nextModuleName(metadata, 'LinkingModule'),
    singular_label: label,
    plural_label: label,
    generated_type: 'subform',
    scope: null,
    display_field: null,
    parent_module: parent.apiName,
    parent_field: parentField,
    flags: ['creatable', 'editable', 'deletable', 'viewable'],
    fields: fields.map((field) => ({ id: newId(), ...field })),
  };
  return { value: { field: { subform: api_name }, module } };
}
