/**
 * Where metadata is of another type than a library of its version declares, because something weightier says otherwise.
 */
export interface TypeDeparture {
  readonly versions: readonly string[];
  /** The class of the answer and the place in it: `fields/response_wrapper fields[].default_value`. */
  readonly at: string | RegExp;
  /** Why, and by which source. */
  readonly because: string;
}

export const typeDepartures: readonly TypeDeparture[] = [];
