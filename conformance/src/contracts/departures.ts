/**
 * Where the platform answers otherwise than a contract document says, because the reference of the wire says otherwise.
 * `npm run conformance` prints the table.
 */
export interface Departure {
  readonly document: string;
  /** As in the table of calls: `POST actions/watch`. */
  readonly operation: string;
  /** What the document says. */
  readonly documented: string;
  /** What the platform does instead, and by which section of the reference. */
  readonly instead: string;
  /** Alternatives of scopes that take the place of the document's. */
  readonly security?: readonly (readonly string[])[];
}

const jobScopes = {
  document: 'bulk_read.json',
  documented: 'the scope of the module is needed to see a job and to fetch its result',
  instead: 'bulk.READ or bulk.ALL is enough: only who made the job may ask for it (section 4)',
  security: [['ZohoCRM.bulk.ALL'], ['ZohoCRM.bulk.READ']],
};

export const departures: readonly Departure[] = [
  { ...jobScopes, operation: 'GET bulk/read/{job_id}' },
  { ...jobScopes, operation: 'GET bulk/read/{job_id}/result' },
  ...(['POST', 'PUT'] as const).map((method) => ({
    document: 'notifications.json',
    operation: `${method} actions/watch`,
    documented: 'the scope of notifications is enough',
    instead: 'read access to the module of each event is needed too (section 4)',
    security: ['ALL', method === 'POST' ? 'CREATE' : 'UPDATE'].map((scope) => [
      `ZohoCRM.notifications.${scope}`,
      'ZohoCRM.modules.READ',
    ]),
  })),
  {
    document: 'record_search.json',
    operation: 'GET {module_api_name}/search',
    documented: 'every search answers {"data":[…]}',
    instead: 'a search of Users answers {"users":[…]}, which is what the public software kits read (section 3.2)',
  },
];
