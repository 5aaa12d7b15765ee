import { type ErrorCode, errorCatalogue } from '../../kernel/errors.ts';
import { anyObject, exactly, type Schema } from '../../kernel/schema.ts';

/** What the documents say of refusals: codes, statuses and what they mean come from the catalogue of errors. */
const toSchema = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

export const refusalSchemas: Readonly<Record<string, Schema>> = {
  ErrorCode: {
    type: 'string',
    oneOf: Object.entries(errorCatalogue).map(([code, { documentation }]) => ({
      const: code,
      description: documentation,
    })),
  },
  Error: {
    type: 'object',
    description: 'The refusal of a call, or of one item of a write.',
    required: ['code', 'details', 'message', 'status'],
    properties: {
      code: toSchema('ErrorCode'),
      details: { ...anyObject, description: 'What was wrong and where: api_name, json_path, param_name and the like.' },
      message: { type: 'string' },
      status: exactly('error'),
    },
  },
};

/** An error with one of these codes. */
export const errorWith = (codes: readonly ErrorCode[]): Schema => ({
  allOf: [toSchema('Error'), { properties: { code: { enum: codes } } }],
});

/** Codes that every operation can answer. */
export const codesOfEveryCall: readonly ErrorCode[] = [
  'AUTHENTICATION_FAILURE',
  'INVALID_TOKEN',
  'OAUTH_SCOPE_MISMATCH',
  'AUTHORIZATION_FAILED',
  'NO_PERMISSION',
  'INVALID_REQUEST',
  'INVALID_DATA',
  'TOO_MANY_REQUESTS',
  'INTERNAL_ERROR',
];

export const headers = {
  'X-Request-Id': { description: 'The id of the request in log and events.', schema: { type: 'string' } },
  'X-ACCESSTOKEN-RESET': {
    description: 'When the access token ends.',
    schema: { type: 'string', format: 'date-time' },
  },
  'X-API-CREDITS-REMAINING': {
    description: 'API credits that the organization has left in the day.',
    schema: { type: 'integer' },
  },
  'Retry-After': { description: 'Seconds after which to try again.', schema: { type: 'integer' } },
};

const pointersTo = (...names: readonly (keyof typeof headers)[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
export const answerHeaders = pointersTo('X-Request-Id', 'X-ACCESSTOKEN-RESET', 'X-API-CREDITS-REMAINING');
export const refusalHeaders = pointersTo('X-Request-Id');

/** Refusals that are the same for every operation, by status. */
const sameEverywhere: readonly (readonly [status: number, name: string, headers: object])[] = [
  [401, 'Unauthorized', refusalHeaders],
  [429, 'TooManyRequests', pointersTo('X-Request-Id', 'Retry-After')],
  [500, 'Fault', refusalHeaders],
  [503, 'Unavailable', pointersTo('X-Request-Id', 'Retry-After')],
];

export const sharedResponseName = (status: number): string | undefined =>
  sameEverywhere.find(([each]) => each === status)?.[1];

export const sharedResponses = Object.fromEntries(
  sameEverywhere.map(([status, name, carried]) => {
    // What a server that is away answers has the code of a fault.
    const catalogued = status === 503 ? 500 : status;
    const codes = codesOfEveryCall.filter((code) => errorCatalogue[code].status === catalogued);
    const content = { 'application/json': { schema: errorWith(codes) } };
    return [name, { description: `Refused: ${codes.join(', ')}.`, headers: carried, content }];
  }),
);
