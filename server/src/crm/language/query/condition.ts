import type { Asked } from '../../fields/model/comparison.ts';
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
    }
  /** The id of the record is one of a list in SQL, which the owner of its table writes; `key` tells it from others. */
  | { readonly kind: 'among'; readonly key: string; readonly ids: (parameter: (value: unknown) => string) => string };

export interface Test extends Asked {
  readonly kind: 'test';
  readonly column: Column;
  readonly negated: boolean;
}

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
