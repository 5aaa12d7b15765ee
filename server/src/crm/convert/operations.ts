import type { Operation } from '../http/router.ts';
import { module } from '../operation-scopes.ts';
import { getConversionOptions } from './conversion-options.ts';
import { convertLead } from './convert-lead.ts';

/** Conversion of leads. */
export const convertOperations: readonly Operation[] = [
  { method: 'POST', path: '{module}/{id}/actions/convert', scopes: module('CREATE'), handle: convertLead },
  { method: 'GET', path: '{module}/{id}/__conversion_options', scopes: module('READ'), handle: getConversionOptions },
];
