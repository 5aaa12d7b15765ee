import { findKind } from '../crm/fields/field-kinds.ts';

/** What of a field's metadata counts for its type. */
export interface FieldFacts {
  readonly api_name: string;
  readonly field_label?: string | null;
  readonly data_type: string;
  readonly json_type?: string | null;
  readonly read_only?: boolean;
  readonly system_mandatory?: boolean;
  readonly pick_list_values?: readonly {
    readonly actual_value?: string | null;
    readonly display_value?: string | null;
  }[];
}

/** A module with its fields, as `GET /settings/fields` gives them. */
export interface ModuleFacts {
  readonly apiName: string;
  readonly fields: readonly FieldFacts[];
}

const byJsonType: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  integer: 'number',
  double: 'number',
  string: 'string',
  jsonarray: 'readonly unknown[]',
  jsonobject: 'Readonly<Record<string, unknown>>',
};

/**
 * TypeScript declarations of an organization's own modules: one interface for each, and `Modules` for `CrmClient`.
 *
 * @example
 * const text = moduleTypes([{ apiName: 'Leads', fields: await crm.metadata.fields('Leads') as never }]);
 * await writeFile('crm.d.ts', text); // then: new CrmClient<Modules>(session)
 */
export function moduleTypes(modules: readonly ModuleFacts[]): string {
  const parts = modules.map(({ apiName, fields }) => {
    // `id` stands in every record, whether or not the metadata name it.
    const lines = fields
      .filter(({ api_name }) => api_name !== 'id')
      .flatMap((field) => [`  /** ${comment(field)} */`, `  readonly ${member(field.api_name)}?: ${typeOf(field)};`]);
    return `export interface ${typeName(apiName)} {\n  readonly id?: string;\n${lines.join('\n')}\n}\n`;
  });
  const entries = modules.map(({ apiName }) => `  readonly ${member(apiName)}: ${typeName(apiName)};`);
  return [
    '/** The modules of one organization; made by `grantway crm types`. */\n',
    '/** A record or user that another one names. */',
    'export interface Reference {\n  readonly id: string;\n  readonly name?: string;\n}\n',
    ...parts,
    '/** For `new CrmClient<Modules>(session)`. */',
    `export type Modules = {\n${entries.join('\n')}\n};`,
    '',
  ].join('\n');
}

function typeOf(field: FieldFacts): string {
  const values = (field.pick_list_values ?? []).flatMap(
    ({ actual_value, display_value }) => actual_value ?? display_value ?? [],
  );
  const union = [...new Set(values)].map((value) => quote(value)).join(' | ');
  const kind = findKind(field.data_type);
  if (kind?.choices === 'one' && union !== '') return `${union} | null`;
  if (kind?.choices === 'many' && union !== '') return `readonly (${union})[] | null`;
  const type = kind?.typescript ?? byJsonType[field.json_type ?? ''] ?? 'string';
  return `${type} | null`;
}

/** Labels are texts of users: nothing in them may end the comment. */
function comment({ field_label, api_name, data_type, read_only, system_mandatory }: FieldFacts): string {
  const label = (field_label ?? api_name).replace(/[^\P{Cc}]/gu, ' ').replaceAll('*/', '* /');
  return `${label} (${data_type}${system_mandatory ? ', mandatory' : ''}${read_only ? ', read-only' : ''})`;
}

function member(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name);
}

/** `Deal_Contact_Roles` → `DealContactRoles`. */
function typeName(apiName: string): string {
  const name = apiName.replace(/[^A-Za-z0-9]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? '');
  const safe = /^[A-Za-z]/.test(name) ? name : `Module${name}`;
  return safe === 'Modules' || safe === 'Reference' ? `${safe}Record` : safe;
}

function quote(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
