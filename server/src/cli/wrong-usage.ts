import { AdminFailure } from '../admin/failure.ts';
import { UsableFailure } from '../foundation/failure.ts';

/**
 * A command line that nothing can come of, whatever platform it speaks to: the form of a value, an argument that is missing,
 * options that exclude each other. Exit code 2. What the library finds by itself it tells as a CommanderError.
 */
export class WrongUsage extends UsableFailure {}

/** What a check of the platform says of something that was typed, before the platform is asked. @throws WrongUsage */
export function checkUsage<Result>(check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    throw error instanceof AdminFailure ? new WrongUsage(error.message) : error;
  }
}
