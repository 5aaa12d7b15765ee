import { type ErrorBody, errorBody } from '../../kernel/errors.ts';
import { changedAfter } from '../../wire/parameters.ts';
import { writeDetails } from '../view/write-details.ts';
import type { Writing } from './writing.ts';

/** Step: `If-Unmodified-Since` leaves records alone that someone changed since. */
export function checkUnmodified({
  call,
  before,
  unmodifiedSinceMs,
}: Pick<Writing, 'call' | 'before' | 'unmodifiedSinceMs'>): ErrorBody | undefined {
  if (!before || unmodifiedSinceMs === undefined || !changedAfter(before.modifiedAtMs, unmodifiedSinceMs)) {
    return undefined;
  }
  return errorBody('ALREADY_MODIFIED', writeDetails(call, before));
}
