import type { ClientId, UserId } from '../../oauth/ids.ts';
import type { LateExplanation } from '../../oauth/refusal.ts';
import type { BindingRefusal, TokenRefusal } from '../../oauth/token-authority.ts';
import type { crmOutcomes } from './outcomes.ts';

/**
 * The catalogue of CRM error codes: status, the message of the wire, and what it means for people. Handlers refer to a
 * code by name; wire bodies are made here and nowhere else.
 */
interface CatalogueEntry {
  readonly status: number;
  readonly message: string;
  /** When it happens and what to do, for the reference page of errors. */
  readonly documentation: string;
}

const entry = (status: number, message: string, documentation: string): CatalogueEntry => ({
  status,
  message,
  documentation,
});

export const errorCatalogue = {
  AUTHENTICATION_FAILURE: entry(
    401,
    'Authentication failed',
    'The Authorization header is missing, or its scheme is none of Zoho-oauthtoken, Bearer and DPoP.',
  ),
  INVALID_TOKEN: entry(
    401,
    'invalid oauth token',
    'The access token is unknown, expired or revoked, belongs to another data centre, environment or resource, is ' +
      'bound to a key without a proof of it, or is used by a page whose origin is not a JavaScript domain of its client. The event of the request says which.',
  ),
  OAUTH_SCOPE_MISMATCH: entry(
    401,
    'invalid oauth scope to access this URL',
    'The token is valid but its scopes do not cover the call. Ask the user for the scope that the event names.',
  ),
  AUTHORIZATION_FAILED: entry(
    403,
    'User does not have sufficient privilege to access this API',
    'The user of the token is not, or no longer, an active user of the organization.',
  ),
  NO_PERMISSION: entry(403, 'permission denied', "The user's profile lacks the permission that details names."),
  INVALID_URL_PATTERN: entry(
    404,
    'Please check if the URL trying to access is a correct one',
    'No operation has this path, or the version in it does not exist.',
  ),
  INVALID_REQUEST_METHOD: entry(
    400,
    'The http request method type is not a valid one',
    'The path exists, but not with this method.',
  ),
  INVALID_MODULE: entry(
    400,
    'the module name given seems to be invalid',
    'The module does not exist, or the call does not serve it.',
  ),
  INVALID_REQUEST: entry(
    400,
    'unable to process your request. please verify whether you have entered proper method name, parameter and parameter values.',
    'The request as a whole cannot be read.',
  ),
  REQUIRED_PARAM_MISSING: entry(
    400,
    'One of the expected parameter is missing',
    'The query parameter details.param_name is mandatory.',
  ),
  MANDATORY_NOT_FOUND: entry(
    400,
    'required field not found',
    'A mandatory key or field is absent, null or empty; details.json_path says where.',
  ),
  INVALID_DATA: entry(
    400,
    'invalid data',
    'A value has the wrong type, form or length, or an id points to nothing; details says which and what was expected.',
  ),
  UNABLE_TO_PARSE_DATA_TYPE: entry(
    400,
    'either the request body or parameters is in wrong format',
    'A list of ids holds something else than ids.',
  ),
  PATTERN_NOT_MATCHED: entry(
    400,
    'Please check whether the input values are correct',
    'A parameter has a value outside its list of choices.',
  ),
  DUPLICATE_DATA: entry(400, 'duplicate data', 'Another record already has this value in a unique field.'),
  MULTIPLE_OR_MULTI_ERRORS: entry(
    400,
    'Multiple errors have occurred',
    'Several unique fields of one record are taken; details.errors has one entry for each.',
  ),
  DEPENDENT_FIELD_MISSING: entry(
    400,
    'required field not found',
    'A field needs another one: a lookup into several modules must say which module.',
  ),
  DEPENDENT_MISMATCH: entry(400, 'invalid data', 'Two fields contradict each other.'),
  AMBIGUITY_DURING_PROCESSING: entry(
    400,
    'ambiguity while processing the request',
    'Two parameters exclude each other; details.ambiguity_due_to names both.',
  ),
  LIMIT_EXCEEDED: entry(
    400,
    'limit exceeded',
    'A list or body is longer than allowed; details.limit says how long it may be. Bodies (413) may have 2 MB.',
  ),
  DISCRETE_PAGINATION_LIMIT_EXCEEDED: entry(
    400,
    'You can only get the first 2000 records without using page_token param',
    'Pages beyond record 2000 need the page_token of the page before.',
  ),
  PAGINATION_LIMIT_EXCEEDED: entry(
    400,
    'You can only get the first 100000 records using page_token param',
    'Use bulk read or COQL for more than 100,000 records.',
  ),
  TOKEN_BOUND_DATA_MISMATCH: entry(
    400,
    'The page_token given seems to be invalid or input param is added or altered or deleted',
    'A page_token continues one list: the other parameters must stay as they were.',
  ),
  EXPIRED_VALUE: entry(400, 'the page_token given has expired', 'A page_token lives for 24 hours.'),
  EXPECTED_FIELD_MISSING: entry(
    400,
    'required field not found',
    'The request needs at least one of the keys in details.expected_fields.',
  ),
  EXPECTED_PARAM_MISSING: entry(
    400,
    'One of the expected parameter is missing',
    'The call needs one of the parameters in details.param_names.',
  ),
  INVALID_QUERY: entry(
    400,
    'Invalid query formed',
    'Criteria or a COQL query can be read but not answered: a field, operator or value is wrong; details says which.',
  ),
  CRITERIA_LIMIT_EXCEEDED: entry(
    400,
    'limit exceeded',
    'A search has too many conditions; details.limit says how many.',
  ),
  LIMIT_REACHED: entry(400, 'limit reached', 'Pages of a search reach the first 2000 records only.'),
  SYNTAX_ERROR: entry(
    400,
    'error occured while parsing the query',
    'A COQL query cannot be read: details has the place (near, line, column), or the clause that is missing.',
  ),
  INVALID_ALIAS: entry(400, 'invalid alias', 'The alias in details is no name, or names a column of the module.'),
  DUPLICATE_ALIAS: entry(400, 'duplicate alias', 'Two columns of a COQL query have the same alias.'),
  ALREADY_MODIFIED: entry(
    412,
    'Record updated time has already passed if-unmodified-since time',
    'The record was changed after the time of If-Unmodified-Since.',
  ),
  FORBIDDEN: entry(403, 'permission denied', 'Only administrators may do this.'),
  NOT_SUPPORTED: entry(
    400,
    'the operation is not supported for the given module',
    'The module or list has no such call.',
  ),
  API_NOT_SUPPORTED: entry(
    400,
    'api not supported in this version',
    'The operation came with a later version; details.supported_version says which.',
  ),
  CANNOT_PROCESS: entry(
    400,
    'unable to process the request',
    'The state of things forbids it: the last administrator, a role that others report to without an heir, and such.',
  ),
  FEATURE_NOT_ENABLED: entry(
    400,
    'the feature is not enabled',
    'The organization has switched the feature off: territories, for instance.',
  ),
  ID_ALREADY_DEACTIVATED: entry(400, 'user is already deactivated', 'The user is disabled already.'),
  ID_ALREADY_ACTIVE: entry(400, 'user is already active', 'The user is active already.'),
  CANNOT_UPDATE_DELETED_USER: entry(400, 'Deleted user cannot be updated', 'A deleted user stays as it is.'),
  ID_ALREADY_CONVERTED: entry(400, 'id already converted', 'The record was converted before.'),
  ALREADY_ENABLED: entry(
    400,
    'The multi-currency is already enabled',
    'The organization has several currencies already.',
  ),
  NOT_ALLOWED: entry(
    400,
    'not allowed',
    'The state of the record or of the setting forbids it, or other things depend on the value in details.',
  ),
  MAPPING_MISMATCH: entry(400, 'mapping mismatch', 'Two values do not belong together; details names both.'),
  INVALID_FILE_TYPE: entry(400, 'invalid file type', 'A photo is a PNG, JPEG, GIF, WebP or BMP image.'),
  FILE_SIZE_MORE_THAN_ALLOWED_SIZE: entry(
    413,
    'Please check if file size is more than allowed size',
    'The file is larger than details.maximum_size bytes: 100 MB for attachments, 20 MB for files, 10 MB for photos.',
  ),
  TOO_MANY_REQUESTS: entry(
    429,
    'Too many requests',
    'The API credits or calls of the organization, or the calls at the same time of the client, are used up; Retry-After says when to try again.',
  ),
  NOT_SUBSCRIBED: entry(400, 'not subscribed', 'There is no such notification channel, or it watches something else.'),
  INVALID_URL: entry(400, 'invalid url', 'The notify_url is no http or https address, or one that may not be called.'),
  RECORD_LOCKED: entry(
    400,
    'You cannot perform this operation as the record is locked.',
    'The record is locked; whoever may unlock it has to do so first.',
  ),
  NOT_APPROVED: entry(
    400,
    'Cannot update record that is not approved yet',
    'The record waits for approval: only an update that says "$approved": true may touch it.',
  ),
  RECORD_IN_BLUEPRINT: entry(
    400,
    'Cannot update the record as it is in a blueprint',
    'Where the record stands in its blueprint is changed by transitions only: PUT …/actions/blueprint.',
  ),
  RECORD_NOT_IN_PROCESS: entry(400, 'record not in process', 'The record is in no blueprint, or not any more.'),
  ALREADY_USED: entry(400, 'already used', 'Something uses it; details names what is used.'),
  ALREADY_LOCKED: entry(400, 'record is already locked', 'A record has at most one lock.'),
  ALREADY_SCHEDULED: entry(
    400,
    'a job for this custom view is already scheduled',
    'The same mass action is still running over this custom view; wait until its job is done.',
  ),
  RECORD_COUNT_LIMIT_EXCEEDED: entry(
    400,
    'record count limit exceeded',
    'A mass action changes at most 50,000 records of a custom view; details.limit says so.',
  ),
  INVALID_REFERENCE: entry(
    400,
    'the reference given seems to be invalid',
    'A sub-request refers to an answer, or a place in it, that does not exist.',
  ),
  LOOPING_FOUND: entry(400, 'looping found', 'A sub-request refers to its own answer or to that of a later one.'),
  REQUEST_TIMEOUT: entry(
    400,
    'request timed out',
    'There was no time left to run the sub-request, or the query reads more records than there is time for.',
  ),
  ROLLBACK_PERFORMED: entry(
    400,
    'rollback performed',
    'The sub-request was undone because the one that details names failed.',
  ),
  PROCESSING_STOPPED: entry(400, 'processing stopped', 'The sub-request was not run because an earlier one failed.'),
  RESOURCE_NOT_FOUND: entry(
    404,
    'The requested resource does not exist.',
    'There is no such bulk job, it belongs to another user, or its result is not there yet or not any more.',
  ),
  MEDIA_TYPE_NOT_SUPPORTED: entry(
    415,
    'media type not supported',
    'Bulk calls need the header Content-Type: application/json.',
  ),
  REQUEST_BODY_IS_EMPTY: entry(400, 'request body is empty', 'A bulk call needs a JSON body.'),
  INVALID_CALLBACK_URL: entry(400, 'invalid callback url', 'The callback must be an http or https address.'),
  INVALID_CALLBACK_METHOD: entry(400, 'invalid callback method', 'Callbacks are made with the method post.'),
  INVALID_FIELD: entry(400, 'invalid field', 'The field in details.api_name does not exist, or fits in no cell.'),
  JOIN_LIMIT_EXCEEDED: entry(
    400,
    'join limit exceeded',
    'A column of a bulk read may follow one look-up, and ten look-ups may be followed in all.',
  ),
  REQUIRED_HEADER_MISSING: entry(400, 'required header missing', 'The header in details.header_name is mandatory.'),
  INVALID_ORG_ID: entry(400, 'invalid organization id', 'X-CRM-ORG is not the organization of the token.'),
  INVALID_FILE_FORMAT: entry(
    400,
    'invalid file format. only zip format is supported',
    'An upload must be a zip file of CSV files in its first folder, not encrypted, and not a bomb.',
  ),
  FILE_TOO_LARGE: entry(413, 'The maximum file size is 25MB.', 'The zip file is too large.'),
  MODULE_NOT_AVAILABLE: entry(
    400,
    'Requested module is not available.',
    'There is no such module, or its records cannot be written in bulk.',
  ),
  INVALID_FILE_ID: entry(400, 'improper file id', 'There is no such upload, or it was made more than a day ago.'),
  FILE_NOT_SUPPORTED: entry(
    400,
    'File not supported for bulk write',
    'The upload holds no CSV file of the name in file_names.',
  ),
  MANDATORY_FIELDS_NOT_MAPPED: entry(
    400,
    'All mandatory fields are not mapped for the layout',
    'A bulk write that creates records needs a column or default value for each mandatory field.',
  ),
  INVALID_FORMAT: entry(400, 'invalid format', 'The date format of a mapping cannot be read.'),
  COLUMN_INDEX_NOT_FOUND: entry(
    400,
    'column index not found',
    'A field mapping needs the index of its column, from 0 to 199, or a default value.',
  ),
  INTERNAL_ERROR: entry(
    500,
    'Internal Server Error',
    'A fault of the server; the log has its cause by request id. With status 503 it is away for the moment, and ' +
      'Retry-After says when to try again.',
  ),
} as const;

export type ErrorCode = keyof typeof errorCatalogue;

/** How a CRM call was refused: by its precise outcome, one of the token's own refusals, or the error code of the wire. */
export type CrmOutcome = keyof typeof crmOutcomes | ErrorCode | TokenRefusal | BindingRefusal;

export type ErrorDetails = Readonly<Record<string, unknown>>;

/** The wire form of a failure, of a whole request or of one item. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly message: string;
  readonly status: 'error';
}

export function errorBody(code: ErrorCode, details: ErrorDetails = {}, message?: string): ErrorBody {
  return { code, details, message: message ?? errorCatalogue[code].message, status: 'error' };
}

export const idInvalid = 'the id given seems to be invalid';

interface RefusalOptions {
  readonly details?: ErrorDetails;
  readonly message?: string;
  readonly status?: number;
  /** The precise reason, for events and the log; by default the code itself. */
  readonly outcome?: CrmOutcome;
  /** What was expected and what came, for events only. */
  readonly reason?: Readonly<Record<string, unknown>>;
  /** Whose token it was, where it is known although it is refused; for events. */
  readonly party?: Party | undefined;
  /** What may be found out later, for events. */
  readonly explanation?: LateExplanation | undefined;
  /** What ties the call to earlier steps, for the event. */
  readonly keys?: readonly string[];
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Whose call it was. */
export interface Party {
  readonly clientId: ClientId;
  readonly userId: UserId;
}

const noHeaders: Readonly<Record<string, string>> = {};

/** A refusal of the whole request. It has no stack: it is an answer, not a fault. */
export class Refusal {
  readonly code: ErrorCode;
  readonly status: number;
  readonly body: ErrorBody;
  readonly outcome: CrmOutcome;
  readonly reason: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly explanation: LateExplanation | undefined;
  readonly party: Party | undefined;
  readonly keys: readonly string[] | undefined;

  constructor(code: ErrorCode, options: RefusalOptions = {}) {
    this.code = code;
    this.status = options.status ?? errorCatalogue[code].status;
    this.body = errorBody(code, options.details, options.message);
    this.outcome = options.outcome ?? code;
    this.reason = options.reason ?? {};
    this.headers = options.headers ?? noHeaders;
    this.explanation = options.explanation;
    this.party = options.party;
    this.keys = options.keys;
  }
}

/** The answer of a server whose database is away for the moment. */
export function unavailable(): Refusal {
  const message = 'the service is not available for the moment, please try again later';
  return new Refusal('INTERNAL_ERROR', { status: 503, message, outcome: 'ServiceUnavailable' });
}

/** A refusal of the whole request for what is wrong with its only item. */
export function refusalOf({ code, details, message }: ErrorBody): Refusal {
  return new Refusal(code, { details, message });
}
