import { callCodes } from './api-codes/calls.ts';
import { fileAndJobCodes } from './api-codes/files-and-jobs.ts';
import { queryCodes } from './api-codes/queries.ts';
import { stateCodes } from './api-codes/states.ts';
import { valueCodes } from './api-codes/values.ts';
import type { Explanations } from './explanation.ts';

/** The error codes of the CRM API (`errorCatalogue`); a test holds the names against the catalogue. */
export const apiCodeExplanations: Explanations = {
  ...callCodes,
  ...valueCodes,
  ...queryCodes,
  ...stateCodes,
  ...fileAndJobCodes,
};
