import { ApiError, type WriteResult } from '../errors.ts';
import { retryAfterSeconds } from './retry.ts';

/** The results of a write, one for each record; undefined where the answer is of another kind. */
export function resultsOf(json: unknown): WriteResult[] | undefined {
  if (typeof json !== 'object' || json === null || 'code' in json) return undefined;
  const list = Object.values(json).find(Array.isArray) as Partial<WriteResult>[] | undefined;
  return list?.every(({ status, code }) => typeof status === 'string' && typeof code === 'string')
    ? (list as WriteResult[])
    : undefined;
}

/** The refusal of a whole call, or of its first record that was refused. `dataCenter` is where it went. */
export function apiError(answer: Response, json: unknown, dataCenter?: string): ApiError {
  const results = resultsOf(json);
  const said = (results?.find(({ status }) => status === 'error') ?? json ?? {}) as Partial<WriteResult>;
  const code = typeof said.code === 'string' ? said.code : `HTTP_${answer.status}`;
  return new ApiError(`the API refused with ${code}${said.message ? `: ${said.message}` : ''}`, {
    code,
    status: answer.status,
    dataCenter,
    details: said.details,
    results,
    mend: apiMends[code],
    retryAfterSeconds: retryAfterSeconds(answer.headers.get('retry-after')),
  });
}

/** What can be done about a refusal, by its code. */
export const apiMends: Readonly<Record<string, string>> = {
  OAUTH_SCOPE_MISMATCH: 'Ask for the scope of this call in the authorization, and let the user authorize again',
  INVALID_TOKEN: 'The token is not of this data centre and environment, or the grant has ended: authorize again',
  TOO_MANY_REQUESTS: 'Wait, and make fewer calls at the same time',
  NO_PERMISSION: "The user's profile does not allow this",
  REQUIRED_PARAM_MISSING: 'Add the parameter that `details` names',
  MANDATORY_NOT_FOUND: 'Fill the field that `details` names',
  INVALID_MODULE: 'Use the API name of the module, as `metadata.modules()` tells it',
};
