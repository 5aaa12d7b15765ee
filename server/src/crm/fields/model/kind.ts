import type { DataType, Field } from '../../kernel/metadata/metadata.ts';
import type { ValueReader } from '../../kernel/record/reading.ts';
import type { StoredValue } from '../../kernel/record/record.ts';
import type { Schema } from '../../kernel/schema.ts';
import type { Space } from '../../kernel/space/space.ts';
import type { Version } from '../../kernel/versions.ts';
import type { Comparison, DataSql } from './comparison.ts';
import type { RecordView } from './view.ts';

/**
 * Everything that the platform knows of a data type: one object for each in `kinds/`, found by `kindOf`. What is absent
 * is what most types say.
 */
export interface FieldKind {
  /** What the values are in JSON, unless the field says otherwise. */
  readonly jsonType: JsonType;
  /** Decimals that numbers are rounded to, unless the field says otherwise; null: the type has none. */
  readonly decimals: number | null;
  readonly holds: Holding;
  /** Reads a value of a request into its stored form; null: clients do not write it, or not as one value. */
  readonly read: ValueReader | null;
  /** How a version shows a stored value; null: as it is stored. */
  readonly show: (version: Version) => ShowValue | null;
  /** How a value that is a time or names something is told in timelines; null: as it is stored. */
  readonly tell: ShowValue | null;
  /** Milliseconds in records, a local time with its offset for whoever reads. */
  readonly moment: boolean;
  /** Choices among the values that the field lists: one, or any number. */
  readonly choices: 'one' | 'many' | null;
  /** Texts of several lines, which may be long. */
  readonly multiline: boolean;
  /** Files that are images, which have an order of their own. */
  readonly images: boolean;
  readonly lookup: Lookup | null;
  /** What the links of the field lead to. */
  readonly linksTo: 'records' | 'users' | null;
  /** The records that a value names, which are shown with their names; null: none. */
  readonly references: ((value: StoredValue, field: Field) => readonly Target[]) | null;
  /** How values are held against each other; null: not at all. */
  readonly comparison: Comparison | null;
  readonly cell: Cell;
  /** The text of a default value, as the official clients write all of them, as a request writes the value. */
  readonly fromText: (text: string) => unknown;
  readonly schema: ValueSchema;
  /** How formulas see values; null: they cannot. */
  readonly formula: FormulaUse | null;
  /** What fields of organizations have that are of this type; null: they cannot have it. */
  readonly definition: Definition | null;
  /** What metadata say of fields of this type beside what they say of all. */
  readonly attributes: (field: Field, place: MetadataPlace) => Readonly<Record<string, unknown>>;
  /** The type as a version names it, when that is not its name. */
  readonly nameIn: ((version: Version, field: Field) => DataType) | null;
  readonly searchable: boolean;
  readonly sortable: boolean;
  /** The type of values in TypeScript (`grantway crm types`); null: that of their JSON. */
  readonly typescript: string | null;
}

export type JsonType = 'string' | 'integer' | 'double' | 'boolean' | 'jsonobject' | 'jsonarray';

/**
 * Where what a field holds stands: under its key as one value, as rows of another module or as files, in links which
 * are records of their own, or nowhere, because all records of a module have the same layout.
 */
export type Holding = 'value' | 'rows' | 'files' | 'links' | 'layout';

export type ShowValue = (value: StoredValue, view: Pick<RecordView, 'space' | 'timeZone' | 'names'>) => unknown;

/** A record that a value names: its module's API name and its id. */
export interface Target {
  readonly module: string;
  readonly id: string;
}

/** One record or user that a value names. */
export type Lookup = { readonly to: 'users' } | RecordLookup;

export interface RecordLookup {
  readonly to: 'records';
  /** Each value names its module, one of those of the field. */
  readonly several: boolean;
  /** What a value names. */
  target(value: StoredValue, field: Field): Target;
  /** The id of that in SQL, as a text. */
  idSql(data: DataSql): string;
  /** A value as requests write it. */
  given(id: string, module: string | null): object;
}

/** Cells of CSV files: results of bulk reads, and files of bulk writes (crm-api 9). */
export interface Cell {
  /** The SQL of the cell for a value in the data; null: a cell cannot hold it. */
  readonly sql: ((data: DataSql, writer: CellWriter) => string) | null;
  /** The same for a value in a column of a table, when it is no plain text there. */
  readonly columnSql: ((sql: string, writer: CellWriter) => string) | null;
  /** The text of a cell as a request writes the value. What cannot be read stays text, and is refused by `read`. */
  readonly read: (text: string, context: CellContext) => unknown;
}

/** Makes SQL expressions to cells. */
export interface CellWriter {
  /** What may hold signs that must be quoted. */
  text(sql: string): string;
  /** What cannot. */
  plain(sql: string): string;
  /** Milliseconds, in the reader's zone. */
  time(sql: string): string;
}

export interface CellContext {
  readonly space: Space;
  /** Of the user who writes: times in files are local to it. */
  readonly timeZone: string;
  /** Of days and times: `dd/MM/yyyy`. */
  readonly format: string | null;
  /** Of look-ups into several modules: the one that the column leads to. */
  readonly module: string | null;
}

/** JSON Schema of values in answers, and in requests where that differs. */
export interface ValueSchema {
  readonly answered: (field: Field, rows: RowSchemas) => Schema;
  readonly given?: (field: Field, rows: RowSchemas) => Schema;
}

/** The schemas of the rows of a module. */
export type RowSchemas = (module: string | null) => { readonly answered: Schema; readonly given: Schema } | undefined;

/** What formulas compute with. Days are `yyyy-MM-dd`, times milliseconds since 1970; null is what is empty. */
export type FormulaType = 'number' | 'text' | 'boolean' | 'date' | 'datetime';
export type FormulaValue = number | string | boolean | null;

export interface FormulaUse {
  readonly type: FormulaType;
  /** What a formula reads of a stored value, when it is not that value. */
  readonly from?: (value: unknown) => FormulaValue;
  /** The stored form of what a formula returns (crm-api 7.2); absent: formulas do not return this type. */
  readonly result?: (value: string | number | boolean, decimals: number) => StoredValue | null;
}

/** How long values of a type may be, as `length` in requests says it. */
export type LengthRule =
  | { readonly fixed: number }
  | { readonly from: number; readonly to: number; readonly otherwise: number }
  | { readonly choices: readonly number[]; readonly otherwise: number };

/** What fields of a type can have that an organization makes (crm-api 7.2). */
export interface Definition {
  readonly uiType: number;
  readonly length: LengthRule;
  /** Numbers: decimals, and most of them. */
  readonly decimals?: { readonly otherwise: number; readonly most: number };
  /** No two records may have the same value, when the field says so. */
  readonly unique?: true;
  /** A default for new records. */
  readonly hasDefault?: true;
  /** Values are no words and stand in an index of their own (migration 0011); `long` ones are texts in records. */
  readonly ordered?: 'plain' | 'long';
  /** Rows of subforms may have it as well. */
  readonly inRows?: true;
  /** May name the records of a module of an organization's own. */
  readonly names?: true;
  /** What a request for a new field says of it beside what it says of all. */
  readonly details?: FieldDetails;
}

export type FieldDetails = 'choices' | 'numbering' | 'target' | 'formula' | 'rollup' | 'linking' | 'rows';

/** For whom metadata are shown. */
export interface MetadataPlace {
  readonly space: Space;
  readonly version: Version;
}

const unshown = () => null;
const none = {};

type Essential = Pick<FieldKind, 'jsonType' | 'schema'>;

/** A kind, with what most kinds say where this one says nothing. */
export function fieldKind(own: Essential & Partial<Omit<FieldKind, 'cell'>> & { cell?: Partial<Cell> }): FieldKind {
  const searchable = own.searchable ?? true;
  return {
    decimals: null,
    holds: 'value',
    read: null,
    show: unshown,
    tell: null,
    moment: false,
    choices: null,
    multiline: false,
    images: false,
    lookup: null,
    linksTo: null,
    references: null,
    comparison: null,
    fromText: (text) => text,
    formula: null,
    definition: null,
    attributes: () => none,
    nameIn: null,
    searchable,
    sortable: searchable,
    typescript: null,
    ...own,
    cell: { sql: ({ text }, writer) => writer.text(text), columnSql: null, read: (text) => text, ...own.cell },
  };
}
