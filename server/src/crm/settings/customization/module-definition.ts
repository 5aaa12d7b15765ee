import type { AutoNumber } from '../../kernel/metadata/metadata.ts';
import type { FieldSource, ModuleSource } from '../../kernel/metadata/standard-modules.ts';

/** What a module of an organization's own is made of. */
export interface NewModule {
  readonly number: number;
  readonly apiName: string;
  /** `CustomModule3` */
  readonly moduleName: string;
  readonly singularLabel: string;
  readonly pluralLabel: string;
  readonly displayLabel: string;
  /** The display field numbers the records, instead of holding their names. */
  readonly displayNumber: AutoNumber | null;
}

const flags = [
  'api_supported',
  'creatable',
  'editable',
  'deletable',
  'viewable',
  'quick_create',
  'show_as_tab',
  'recycle_bin_on_delete',
  'sub_menu_available',
];

type Plain = Omit<FieldSource, 'id'>;

const person = (api_name: string, label: string): Plain => ({
  api_name,
  label,
  type: 'ownerlookup',
  length: 120,
  ui_type: 20,
  read_only: true,
});
const time = (api_name: string, label: string, ui_type = 200): Plain => ({
  api_name,
  label,
  type: 'datetime',
  length: 120,
  ui_type,
  read_only: true,
});

/** What every record of a module has beside its own fields. */
export const stampFields: readonly Plain[] = [
  person('Created_By', 'Created By'),
  person('Modified_By', 'Modified By'),
  time('Created_Time', 'Created Time'),
  time('Modified_Time', 'Modified Time'),
];

export const idField: Plain = {
  api_name: 'id',
  label: 'Record Id',
  type: 'bigint',
  length: 18,
  ui_type: 52,
  read_only: true,
};

export const ownerField = (singularLabel: string): Plain => ({
  api_name: 'Owner',
  label: `${singularLabel} Owner`,
  type: 'ownerlookup',
  length: 120,
  ui_type: 8,
});

function systemFields({ singularLabel, displayLabel, displayNumber }: NewModule): Plain[] {
  const name: Plain = { api_name: 'Name', label: displayLabel, type: 'text', length: 120, ui_type: 2, mandatory: true };
  const numbered: Plain = {
    api_name: 'Name',
    label: displayLabel,
    type: 'autonumber',
    length: 120,
    ui_type: 109,
    read_only: true,
  };
  return [
    displayNumber ? { ...numbered, auto_number: displayNumber } : name,
    ownerField(singularLabel),
    { api_name: 'Email', label: 'Email', type: 'email', length: 100, ui_type: 25 },
    { api_name: 'Secondary_Email', label: 'Secondary Email', type: 'email', length: 100, ui_type: 25 },
    ...stampFields,
    time('Last_Activity_Time', 'Last Activity Time', 786),
    { api_name: 'Layout', label: 'Layout', type: 'layout', length: 50, ui_type: 208 },
    { api_name: 'Tag', label: 'Tag', type: 'text', length: 2000, json_type: 'jsonarray', ui_type: 209 },
    { api_name: 'Email_Opt_Out', label: 'Email Opt Out', type: 'boolean', length: 5, ui_type: 301 },
    {
      api_name: 'Unsubscribed_Mode',
      label: 'Unsubscribed Mode',
      type: 'picklist',
      length: 120,
      ui_type: 2,
      read_only: true,
    },
    time('Unsubscribed_Time', 'Unsubscribed Time', 333),
    {
      api_name: 'Record_Image',
      label: `${singularLabel} Image`,
      type: 'profileimage',
      length: 255,
      ui_type: 66,
      read_only: true,
    },
    {
      api_name: 'Record_Status__s',
      label: 'Record Status',
      type: 'picklist',
      length: 120,
      ui_type: 2,
      read_only: true,
    },
    { api_name: 'Locked__s', label: 'Locked', type: 'boolean', length: 5, ui_type: 301, read_only: true },
    idField,
  ];
}

/** The definition of a custom module (crm-api 5.1): the fields of a standard module, with `Name` for its records. */
export function moduleDefinition(module: NewModule, newId: () => number): ModuleSource {
  return {
    id: module.number,
    api_name: module.apiName,
    module_name: module.moduleName,
    singular_label: module.singularLabel,
    plural_label: module.pluralLabel,
    generated_type: 'custom',
    scope: 'custom',
    display_field: 'Name',
    flags,
    fields: systemFields(module).map((field) => ({ id: newId(), ...field })),
  };
}
