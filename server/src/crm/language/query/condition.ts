import type { Field, Module } from '../../kernel/metadata/metadata.ts';

/**
 * What criteria, COQL and custom views ask of records, once checked against the metadata: a typed tree that no text of
 * a request survives in except as a literal.
 */
export type Condition =
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Condition[] }
  | Test
  /** All words of the text are among the texts of the record. */
  | {
      readonly kind: 'words';
      readonly text: string;
      /** Keys of the data whose texts do not count: the reader does not see them. */
      readonly without?: readonly string[];
      /** The index has already said so, of all records but those with too much text for it. */
      readonly indexed?: true;
    };

export interface Test {
  readonly kind: 'test';
  readonly column: Column;
  readonly operator: Operator;
  readonly negated: boolean;
  /** In the form that records store: none for `empty`, two for `between`, any number for `in`, else one. */
  readonly values: readonly Literal[];
}

export type Operator =
  | 'equals'
  | 'in'
  | 'less'
  | 'less_equal'
  | 'greater'
  | 'greater_equal'
  | 'between'
  | 'starts_with'
  | 'ends_with'
  | 'contains'
  | 'empty';

/** A list stands for the choices of a multi-select pick list. */
export type Literal = string | number | boolean | readonly string[];

/** A field of the records themselves or of what their look-ups point to. */
export interface Column {
  readonly module: Module;
  readonly field: Field;
  /** For the name of the module that a look-up points into: the look-up; `field` is then its text. */
  readonly moduleOf?: Field;
  /** Look-ups that lead to the module, from the records themselves; at most two. */
  readonly path: readonly Step[];
}

/** One look-up on the way to a column. */
export interface Step {
  readonly field: Field;
  /** Where it leads; look-ups into several modules say which one is meant. */
  readonly target: Module;
}

export interface Sorting {
  readonly column: Column;
  readonly ascending: boolean;
}

export function allOf(parts: readonly Condition[]): Condition {
  const [only] = parts;
  return parts.length === 1 && only ? only : { kind: 'all', parts };
}

/** How values of a field are held against each other; undefined: not at all. */
export type ValueKind = 'text' | 'choice' | 'choices' | 'number' | 'long' | 'id' | 'date' | 'datetime' | 'boolean';

const kinds: Readonly<Partial<Record<Field['dataType'], ValueKind>>> = {
  text: 'text',
  textarea: 'text',
  email: 'text',
  phone: 'text',
  website: 'text',
  autonumber: 'text',
  picklist: 'choice',
  multiselectpicklist: 'choices',
  integer: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  formula: 'number',
  rollup_summary: 'number',
  bigint: 'long',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  event_reminder: 'datetime',
  lookup: 'id',
  multi_module_lookup: 'id',
  ownerlookup: 'id',
  userlookup: 'id',
};

export function valueKind(field: Field): ValueKind | undefined {
  if (field.apiName === 'id') return 'id';
  return field.apiName === 'Tag' ? undefined : kinds[field.formula?.returnType ?? field.dataType];
}
