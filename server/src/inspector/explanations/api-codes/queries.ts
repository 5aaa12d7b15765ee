import type { Explanations } from '../explanation.ts';
import { openApi } from './open-api.ts';

/** Criteria and COQL. */
export const queryCodes: Explanations = {
  INVALID_QUERY: {
    expected: 'criteria of fields, operators and values that fit each other',
    came: '[[{details.reason}: {details.api_name}||{details.reason}||{details.api_name}||{details}||others]]',
    rule: 'docs/crm.md, "What we decide" (criteria, COQL)',
    mend: 'Correct what details names: (Last_Name:equals:Burns) in criteria, select … from … where … in COQL. Brackets, commas and quotes in values are escaped.',
  },
  CRITERIA_LIMIT_EXCEEDED: {
    expected: 'at most [[{details.limit}||the number of conditions that a search takes]]',
    came: 'more conditions',
    rule: openApi,
    mend: 'Search in several calls, or use COQL with "in".',
  },
  LIMIT_REACHED: {
    expected: 'pages within the first 2,000 records of a search',
    came: 'a later page',
    rule: openApi,
    mend: 'Narrow the search, or use COQL or bulk read.',
  },
  SYNTAX_ERROR: {
    expected: 'select … from … [where …] [order by …] [limit …]',
    came: 'something else[[ near {details.near}, line {details.line}, column {details.column}|| near {details.near}|| : {details.clause}]]',
    rule: 'docs/crm.md, "What we decide" (COQL)',
    mend: 'Correct the query at the place that details names; texts stand in single quotes.',
  },
  INVALID_ALIAS: {
    expected: 'an alias that is a name of its own',
    came: '[[{details.alias}||another one]]',
    rule: 'docs/crm.md, "What we decide" (COQL)',
    mend: 'Choose letters, digits and underscores, and no API name of a field.',
  },
  DUPLICATE_ALIAS: {
    expected: 'an alias for each column',
    came: 'the same one twice[[: {details.alias}]]',
    rule: 'docs/crm.md, "What we decide" (COQL)',
    mend: 'Give the columns different aliases.',
  },
  INVALID_FIELD: {
    expected: 'the API name of a field of the module',
    came: '[[{details.api_name}||another name]]',
    rule: openApi,
    mend: 'Take the name from GET /crm/v8/settings/fields?module=… (api_name).',
  },
  JOIN_LIMIT_EXCEEDED: {
    expected: 'columns over one look-up, and ten look-ups in all',
    came: 'more',
    rule: openApi,
    mend: 'Read the other module in a job of its own and join by id.',
  },
};
