/**
 * A failure that a person caused or can mend: wrong option, port in use, data directory locked. Its message is one
 * line that says what was expected, what came, and what to do; the command line prints it without a stack.
 */
export class UsableFailure extends Error {
  override readonly name = 'UsableFailure';
}
