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
  /** Parameters whose limits are therefore others. */
  readonly parameters?: readonly string[];
  /** Codes of answers whose bodies the document therefore does not have. */
  readonly codes?: readonly string[];
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
    document: 'assignment_rules.json',
    operation: 'GET settings/automation/assignment_rules/{rule}',
    documented: 'no code says that there is no such module',
    instead: 'INVALID_MODULE, as for every parameter that names one (section 12)',
    codes: ['INVALID_MODULE'],
  },
  ...['mass_update', 'mass_delete'].map((action) => ({
    document: `${action}.json`,
    operation: `POST {module_api_name}/actions/${action}`,
    documented: 'no code says that a job over the same view is still running',
    instead: 'ALREADY_SCHEDULED (section 11)',
    codes: ['ALREADY_SCHEDULED'],
  })),
  ...['mass_update', 'mass_delete'].map((action) => ({
    document: `${action}.json`,
    operation: `GET {module_api_name}/actions/${action}`,
    documented: 'no code says that there is no such module',
    instead: 'INVALID_MODULE, as for every path with a module (section 12)',
    codes: ['INVALID_MODULE'],
  })),
  {
    document: 'notifications.json',
    operation: 'PATCH actions/watch',
    documented: 'no code says that a change changes nothing',
    instead: 'EXPECTED_FIELD_MISSING with the keys that may be changed (section 11)',
    codes: ['EXPECTED_FIELD_MISSING'],
  },
  {
    document: 'attachments.json',
    operation: 'GET {module_api_name}/{id}/Attachments',
    documented: 'no code says that page and page_token exclude each other',
    instead: 'AMBIGUITY_DURING_PROCESSING, as for records (section 6.1)',
    codes: ['AMBIGUITY_DURING_PROCESSING'],
  },
  {
    document: 'territories.json',
    operation: 'GET settings/territories',
    documented: 'a page has at most 200 territories',
    instead: 'a page has at most 2000, and that many unless fewer are asked for (section 11)',
    parameters: ['per_page'],
  },
  {
    document: 'record_search.json',
    operation: 'GET {module_api_name}/search',
    documented: 'every search answers {"data":[…]}',
    instead: 'a search of Users answers {"users":[…]}, which is what the public software kits read (section 3.2)',
  },
];
