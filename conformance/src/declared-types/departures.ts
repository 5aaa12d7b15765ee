/**
 * Where metadata is of another type than a library of its version declares, because something weightier says otherwise.
 */
export interface TypeDeparture {
  readonly versions: readonly string[];
  /** The class of the answer and the place in it. */
  readonly at: string;
  /** What the library declares. */
  readonly declared: string;
  /** What the platform answers instead, and by which source. */
  readonly instead: string;
}

export const typeDepartures: readonly TypeDeparture[] = [
  {
    versions: ['v2', 'v6', 'v7', 'v8'],
    at: 'modules modules[].generated_type',
    declared: 'default, web, custom, linking',
    instead: 'subform as well, for modules of rows: contract document modules.json, and the library of v2.1',
  },
  {
    versions: ['v6', 'v7', 'v8'],
    at: 'org org[].type',
    declared: 'Production and others, with a capital letter',
    instead:
      'production: the answer of the documentation (reference, section 7.7) and the example of contract document org.json',
  },
  {
    versions: ['v6', 'v7', 'v8'],
    at: 'users users[].date_format',
    declared: 'only "MMM d, yyyy"',
    instead:
      'MM-dd-yyyy: the answer of the documentation (reference, section 7.6); contract document users.json has any text',
  },
  {
    versions: ['v6', 'v7', 'v8'],
    at: 'users users[].number_separator',
    declared: 'only "Space"',
    instead: 'Comma: the answer of the documentation (reference, section 7.6)',
  },
];
