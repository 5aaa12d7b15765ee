import { standardMetadata } from '../../kernel/metadata/standard-modules.ts';
import type { RecordData, RecordKey } from '../../kernel/record/record.ts';

/**
 * What records point to, for `crm_reference`. A stored look-up is an id, and ids cannot be mistaken: 19 digits that
 * begin with the data space. Whatever looks like one is noted, under its field's name; readers ask only for look-ups
 * and look again at the record itself, so that a text which happens to be an id, or a value that changed, does no harm.
 */
interface Reference {
  readonly field: string;
  readonly target: string;
}

function isReference(value: unknown, prefix: string): value is string {
  return typeof value === 'string' && value.length === 19 && value.startsWith(prefix) && /^\d+$/.test(value);
}

export function referencesIn(dataSpace: number, data: RecordData): Reference[] {
  const prefix = String(dataSpace);
  const found: Reference[] = [];
  for (const [field, value] of Object.entries(data)) {
    if (isReference(value, prefix)) found.push({ field, target: value });
    else if (Array.isArray(value)) {
      for (const row of value) collectRow(row, field, prefix, found);
    } else if (typeof value === 'object') {
      const { id } = value as { id?: unknown };
      if (isReference(id, prefix)) found.push({ field, target: id });
    }
  }
  return found;
}

function collectRow(row: unknown, field: string, prefix: string, found: Reference[]): void {
  // Tags are ids in a list.
  if (isReference(row, prefix)) found.push({ field, target: row });
  if (typeof row !== 'object' || row === null) return;
  for (const [name, value] of Object.entries(row)) {
    if (name !== 'id' && isReference(value, prefix)) found.push({ field: `${field}.${name}`, target: value });
  }
}

/** The references of all records as columns for a statement; none when no record points anywhere. */
export function referencesOf(records: readonly { readonly key: RecordKey; readonly record: { data: RecordData } }[]): {
  readonly count: number;
  readonly columns: readonly unknown[];
} {
  const rows = records.flatMap(({ key, record }) =>
    referencesIn(key.dataSpace, record.data).map((reference) => ({ key, ...reference })),
  );
  if (rows.length === 0) return { count: 0, columns: [] };
  // One order for everybody, so that two statements never wait for each other.
  rows.sort((a, b) => (a.key.id < b.key.id ? -1 : a.key.id > b.key.id ? 1 : a.field < b.field ? -1 : 1));
  return {
    count: rows.length,
    columns: [
      rows.map(({ key }) => key.dataSpace),
      rows.map(({ target }) => target),
      rows.map(({ key }) => key.module),
      rows.map(({ field }) => field),
      rows.map(({ key }) => key.id),
    ],
  };
}

/** The part of a statement that notes references; their columns are parameters from `first` on. */
export function referencesPart(first: number): string {
  const at = (offset: number) => `$${first + offset}`;
  return `pointing AS (
    INSERT INTO crm_reference (data_space, target_id, module, field, record_id)
    SELECT * FROM unnest(${at(0)}::integer[], ${at(1)}::bigint[], ${at(2)}::integer[], ${at(3)}::text[],
                         ${at(4)}::bigint[])
    ON CONFLICT DO NOTHING)`;
}

/** The parts of a statement that forget what records of the part `of`, deleted for good, pointed to, and what pointed to them. */
export function deletedReferencesParts(of: string): string {
  const side = (column: 'record_id' | 'target_id') => `
    DELETE FROM crm_reference USING ${of}
    WHERE crm_reference.data_space = ${of}.data_space AND crm_reference.${column} = ${of}.record_id`;
  return `pointing AS (${side('record_id')}), pointed AS (${side('target_id')})`;
}

/** The number of the module of notes. */
export const notesModule = standardMetadata.find('Notes')?.number as number;

/**
 * The ids of the notes that point, or pointed, to some records, as an SQL array: so a statement that says whose they are
 * never reads the notes of others. `dataSpace` and `targets` are the ends of comparisons.
 */
export function notesOf(dataSpace: string, targets: string): string {
  return `ARRAY(SELECT record_id FROM crm_reference WHERE data_space ${dataSpace} AND target_id ${targets}
                AND module = ${notesModule} AND field = 'Parent_Id')`;
}
