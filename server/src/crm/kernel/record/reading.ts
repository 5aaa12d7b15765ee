import type { Field } from '../metadata/metadata.ts';
import type { StoredValue } from './record.ts';

/** What is wrong with a value; the caller adds the field's name and place. */
export interface Problem {
  readonly code: 'INVALID_DATA' | 'LIMIT_EXCEEDED' | 'DEPENDENT_FIELD_MISSING';
  readonly details: Readonly<Record<string, unknown>>;
  readonly message?: string;
  /** What follows the field in `json_path`: `.id`, `[2]`. */
  readonly at?: string;
}

/** A record or user that must exist. */
export interface PendingReference {
  readonly kind: 'record' | 'user' | 'file';
  readonly id: string;
  /** API name of the record's module. */
  readonly module?: string;
  /** Told what is known of a file that exists. */
  readonly found?: (facts: Readonly<Record<string, StoredValue>>) => void;
}

/** A value in its stored form; null clears the field. */
export type Reading =
  | {
      readonly value: StoredValue | null;
      readonly reference?: PendingReference;
      /** Those of a list, each with its place behind the field's. */
      readonly references?: readonly (PendingReference & { readonly at: string })[];
      readonly problem?: undefined;
    }
  | { readonly problem: Problem };

export interface ReadingContext {
  /** The item that the value is part of: `$se_module` stands beside `What_Id`. */
  readonly item: Readonly<Record<string, unknown>>;
}

export type ValueReader = (raw: unknown, field: Field, context: ReadingContext) => Reading;

export function wrongType(expected: string): Reading {
  return { problem: { code: 'INVALID_DATA', details: { expected_data_type: expected } } };
}

export function tooLong(maximum: number): Reading {
  return { problem: { code: 'INVALID_DATA', details: { maximum_length: maximum } } };
}
