import { errorBody } from '../../kernel/errors.ts';
import type { StateStep } from './writing.ts';

/** Step: a record that the user may only read, because somebody shares it so, stays as it is. */
export const checkAccess: StateStep = ({ before }) =>
  before?.readOnly ? errorBody('NO_PERMISSION', { id: before.id }) : undefined;
