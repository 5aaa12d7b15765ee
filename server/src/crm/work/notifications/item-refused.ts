import { type ErrorBody, type ErrorCode, errorBody } from '../../kernel/errors.ts';

/** Thrown and caught in this folder: why an item is refused. */
export class ItemRefused {
  readonly body: ErrorBody;

  constructor(code: ErrorCode, details: ErrorBody['details']) {
    this.body = errorBody(code, details);
  }
}
