import { type ErrorBody, errorBody } from '../../kernel/errors.ts';
import type { Metadata, Module } from '../../kernel/metadata/metadata.ts';
import type { FieldSource } from '../../kernel/metadata/standard-modules.ts';
import type { Space } from '../../kernel/space/space.ts';

/** What the reading of a field may look at. */
export interface FieldTask {
  readonly space: Space;
  readonly metadata: Metadata;
  readonly module: Module;
  /** `$.fields[0]` */
  readonly at: string;
  /** The 12-digit part of a new id. */
  readonly newId: () => number;
}

/** The same for fields that have a module of their own: linking modules, and rows of subforms. */
export interface ModuleTask extends FieldTask {
  readonly newModuleNumber: () => number;
}

/** A part of a field's definition, or what is wrong with it. */
export type Reading<Value = Partial<FieldSource>> =
  | { readonly value: Value; readonly failure?: undefined }
  | { readonly failure: ErrorBody };

type Failing = 'INVALID_DATA' | 'MANDATORY_NOT_FOUND' | 'DUPLICATE_DATA' | 'NOT_SUPPORTED' | 'LIMIT_EXCEEDED';

/** A refusal of a key of the item; `name` may lead to an inner one (`currency.precision`). */
export function fail(
  code: Failing,
  { at }: Pick<FieldTask, 'at'>,
  name: string,
  details: Readonly<Record<string, unknown>>,
  message?: string,
): { readonly failure: ErrorBody } {
  const last = name.slice(name.lastIndexOf('.') + 1).replace(/\[\d+\]$/, '');
  return { failure: errorBody(code, { ...details, api_name: last, json_path: `${at}.${name}` }, message) };
}
