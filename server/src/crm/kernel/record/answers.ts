import type { ErrorBody } from '../errors.ts';

/** What a write answers for one item. */
export interface ItemSuccess {
  readonly code: 'SUCCESS';
  readonly details: Readonly<Record<string, unknown>>;
  readonly message: string;
  readonly status: 'success';
}

export type ItemAnswer = ItemSuccess | ErrorBody;
