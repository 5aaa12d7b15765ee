import type { HttpCall, Stage } from './stage.ts';

/**
 * What a call must bring: a status of success, or an error code, at the top or in an item, with the status 400 unless
 * another one follows it (`ALREADY_MODIFIED 412`).
 */
export type Expected = number | string;

/** A call of an operation; the operation says its method and path. */
export interface OperationCall extends Omit<HttpCall, 'method' | 'path'> {
  /** What stands for the placeholders of the path; a module is `Leads` unless it is named. */
  readonly at?: Readonly<Record<string, string>>;
}

/** A call, or how it is made from what the area set up. */
export type Row<Fixture> = readonly [
  Expected,
  (OperationCall | ((fixture: Fixture) => OperationCall | Promise<OperationCall>))?,
];

/** The rows of each operation of a document, by its method and path after the version: `GET {module_api_name}/{id}`. */
export interface Area {
  readonly document: string;
  readonly setUp: (stage: Stage) => Promise<unknown>;
  readonly rows: Readonly<Record<string, readonly Row<never>[]>>;
}

/** An area whose rows are made from what `setUp` answers. */
export function area<Fixture>(
  document: string,
  setUp: (stage: Stage) => Promise<Fixture>,
  rows: Readonly<Record<string, readonly Row<Fixture>[]>>,
): Area {
  return { document, setUp, rows };
}

export const isGood = ([expected]: Row<never>): boolean => typeof expected === 'number';
