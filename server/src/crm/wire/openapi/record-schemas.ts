import { kindOf } from '../../fields/field-kinds.ts';
import type { RowSchemas } from '../../fields/model/kind.ts';
import { isWritable } from '../../fields/read-value.ts';
import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import { servesRecords, sinceV4 } from '../../kernel/metadata/metadata.ts';
import { standardMetadata, standardModules } from '../../kernel/metadata/standard-modules.ts';
import { systemFields } from '../../kernel/metadata/system-keys.ts';
import { metadataIn } from '../../kernel/metadata/version-metadata.ts';
import {
  anyObject,
  before,
  id,
  idGiven,
  input,
  listOf,
  named,
  noted,
  orNull,
  reference,
  type Schema,
  since,
  text,
  time,
} from '../../kernel/schema.ts';
import { findVersion, type Version } from '../../kernel/versions.ts';

/**
 * Records of the standard modules, made from the metadata that reads and writes them. An organization's own fields and
 * modules come on top: it asks `GET /settings/fields` for those.
 */
const tag = named('RecordTag', {
  type: 'object',
  required: ['name', 'id', 'color_code'],
  properties: { name: text, id, color_code: orNull(text) },
});

/** The product of a line item in v2. */
const lineProduct = named('LineProduct', {
  type: 'object',
  required: ['Product_Code', 'name', 'id'],
  properties: { Product_Code: orNull(text), name: orNull(text), id },
});

/** Rows have their schemas before the records that hold them. */
const rowsOf: RowSchemas = (module) => (module === null ? undefined : rowSchemas.get(module));

function answered(field: Field): Schema {
  const schema = field.apiName === 'Tag' ? listOf(tag) : kindOf(field).schema.answered(field, rowsOf);
  const { apiName, label } = field;
  if (apiName === 'id') return noted(id, label);
  if (field.rowForm === 'product') return noted(orNull(lineProduct), label);
  if (field.rowForm === 'id') return noted(orNull(id), label);
  if (sinceV4.has(apiName)) return since(4, noted(orNull(schema), label));
  return noted(schema.type === 'array' || schema.type === 'boolean' ? schema : orNull(schema), label);
}

function given(field: Field): Schema {
  const { answered: shown, given: wanted = shown } = kindOf(field).schema;
  if (field.apiName === 'Tag') return listOf(input({ name: text }));
  return noted(
    orNull(wanted(field, rowsOf)),
    field.mandatory ? `${field.label}. Mandatory in new records.` : field.label,
  );
}

/** Whether requests may name the field. */
const takes = (field: Field): boolean =>
  isWritable(field) || field.apiName === 'Tag' || (kindOf(field).holds === 'rows' && !field.readOnly);

const each = (fields: readonly Field[], of: (field: Field) => Schema) =>
  Object.fromEntries(fields.map((field) => [field.apiName, of(field)]));

const oldest = metadataIn(findVersion('v2') as Version, standardMetadata);
/** The version that took up the names of today. */
const newNames = 2.1;

/** The module's fields by all the names that versions have for them. */
function eachOf({ apiName, fields, field: known }: Module, of: (field: Field) => Schema, wanted = (_: Field) => true) {
  const old = oldest.find(apiName) as Module;
  const named = (field: Field) => (old.field.has(field.apiName) ? of(field) : since(newNames, of(field)));
  const gone = old.fields.filter((field) => !known.has(field.apiName) && wanted(field));
  return { ...each(fields.filter(wanted), named), ...each(gone, (field) => before(newNames, of(field))) };
}

const rowSchemas: ReadonlyMap<string, { readonly answered: Schema; readonly given: Schema }> = new Map(
  standardModules
    .filter(({ generatedType }) => generatedType === 'subform')
    .map((module) => [
      module.apiName,
      {
        answered: named(module.apiName, {
          type: 'object',
          properties: { id, ...eachOf(module, answered), Parent_Id: reference },
        }),
        given: named(
          `${module.apiName}Given`,
          input({}, { id: idGiven, _delete: noted({}, 'With id: removes the row.'), ...eachOf(module, given, takes) }),
        ),
      },
    ]),
);

/** What records carry beside their fields in the answer to a single one. */
const systemKeys = { '^\\$': {} };

const recordSchema = (module: Module): Schema =>
  named(module.apiName, {
    type: 'object',
    required: ['id'],
    properties: { id, ...each(systemFields, answered), ...eachOf(module, answered) },
    patternProperties: systemKeys,
  });

const changesSchema = (module: Module): Schema =>
  named(`${module.apiName}Given`, input({}, eachOf(module, given, takes)));

const modules = standardModules.filter(servesRecords);
const changes = new Map(modules.map((module) => [module, changesSchema(module)]));
const newSchema = (module: Module): Schema => {
  const needed = eachOf(
    module,
    () => ({}),
    ({ mandatory }) => mandatory,
  );
  return named(`New${module.apiName}`, {
    allOf: [changes.get(module), { required: Object.keys(needed), properties: needed }],
  });
};

/** A record in an answer. */
export const record = named('Record', {
  description: "The fields of its module. Those of a standard module are in the schema with the module's name.",
  anyOf: [
    { type: 'object', required: ['id'], properties: { id }, additionalProperties: true },
    ...modules.map(recordSchema),
  ],
});

/** A record to be created. */
export const newRecord = named('NewRecord', {
  description: 'The fields of its module; unknown ones are ignored.',
  anyOf: [...modules.map(newSchema), anyObject],
});

/** What is to be changed of a record: fields that are not named stay as they are, null clears one. */
export const changedRecord = named('ChangedRecord', {
  description: 'Fields that are not named stay as they are; null clears one.',
  anyOf: [...changes.values(), anyObject],
});

/** What a write answers of a record. */
export const writtenRecord = named('WrittenRecord', {
  type: 'object',
  required: ['id'],
  properties: {
    Modified_Time: time,
    Modified_By: reference,
    Created_Time: time,
    id,
    Created_By: reference,
    $approval_state: text,
  },
});
