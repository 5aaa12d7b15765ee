import { bodyWith, type Writes } from '../../kernel/description.ts';
import { id, idGiven, input, noted, type Schema, shape } from '../../kernel/schema.ts';
import { changedRecord, newRecord, writtenRecord } from '../../wire/openapi/record-schemas.ts';
import { maxRecords } from './write-request.ts';

/** What calls that write records have in common, for their descriptions. */
export const assignmentRule = noted(idGiven, 'The assignment rule that gives records without an Owner theirs.');
export const newRecords = bodyWith('data', newRecord, maxRecords);
export const oneNewRecord = bodyWith('data', newRecord, 1);
/** Items that name their record by `id`. */
export const changedRecords = bodyWith(
  'data',
  { allOf: [changedRecord, input({ id: idGiven })] } as Schema,
  maxRecords,
);
/** One item for the record in the path; others after it are ignored. */
export const oneChangedRecord = bodyWith('data', changedRecord, maxRecords);

export const recordWrites: Writes = { key: 'data', status: 200, oldStatus: 202, details: writtenRecord };
export const recordCreates: Writes = { ...recordWrites, status: 201 };
export const recordDeletes: Writes = { ...recordWrites, details: shape({ id }) };

/** Codes of records whose state forbids a change. */
export const stateErrors = ['RECORD_LOCKED', 'NOT_APPROVED', 'RECORD_IN_BLUEPRINT'] as const;

/** Codes of items that cannot be written, beside those of every body. */
export const recordErrors = [
  ...stateErrors,
  'DUPLICATE_DATA',
  'MULTIPLE_OR_MULTI_ERRORS',
  'DEPENDENT_FIELD_MISSING',
  'DEPENDENT_MISMATCH',
  'MAPPING_MISMATCH',
] as const;
