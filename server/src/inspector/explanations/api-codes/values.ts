import type { Explanations } from '../explanation.ts';
import { openApi } from './open-api.ts';

/** What stands in parameters and bodies. */
export const valueCodes: Explanations = {
  REQUIRED_PARAM_MISSING: {
    expected: 'the query parameter {details.param_name}',
    came: 'none of that name',
    rule: openApi,
    mend: 'Add {details.param_name} to the query. Lists of records need fields=… from v3 on.',
  },
  MANDATORY_NOT_FOUND: {
    expected: 'a value for [[{details.json_path}||{details.api_name}]]',
    came: 'none, null or an empty one',
    rule: openApi,
    mend: 'Send the field; GET /crm/v8/settings/fields?module=… marks those that are mandatory (system_mandatory).',
  },
  INVALID_DATA: {
    expected:
      '[[{details.expected_data_type} for {details.json_path}||at most {details.maximum_length} characters for {details.json_path}||a value that fits {details.json_path}||{details.expected_data_type}||a value that fits {details.api_name}||an id or value that exists]]',
    came: '[[{came}||{details.id}||another value]]',
    rule: openApi,
    mend: 'Correct the value at [[{details.json_path}||the place that details names]]; GET /crm/v8/settings/fields?module=… tells the type, length and choices of each field.',
  },
  UNABLE_TO_PARSE_DATA_TYPE: {
    expected: 'ids, separated by commas',
    came: 'something else[[ in {details.param_name}]]',
    rule: openApi,
    mend: 'Send the ids as the answers have them: digits only, no names and no brackets.',
  },
  PATTERN_NOT_MATCHED: {
    expected: '[[one of {details.supported_values}||a value of the list of choices]][[ for {details.param_name}]]',
    came: 'another value',
    rule: openApi,
    mend: 'Send [[{details.param_name}||the parameter]] with one of the values that /crm/v8/openapi.json lists.',
  },
  DUPLICATE_DATA: {
    expected: 'a value that no other record has in [[{details.api_name}||the unique field]]',
    came: 'one that [[the record {details.id}||the record {details.duplicate_record.id}||another record]] has',
    rule: openApi,
    mend: 'Use upsert with duplicate_check_fields to change the record that is there, or send another value.',
    setting: 'records',
  },
  MULTIPLE_OR_MULTI_ERRORS: {
    expected: 'values that no other record has in the unique fields',
    came: 'several that others have: {details.errors}',
    rule: openApi,
    mend: 'Correct each field that details.errors names.',
  },
  DEPENDENT_FIELD_MISSING: {
    expected: 'the field that goes with it[[: {details.dependee}]]',
    came: 'one of the two[[: {details.api_name}]]',
    rule: openApi,
    mend: 'Send both: a look-up into several modules, such as Parent_Id, needs $se_module.',
  },
  DEPENDENT_MISMATCH: {
    expected: 'two values that agree',
    came: '[[{details}||two that do not]]',
    rule: openApi,
    mend: 'Correct one of the two fields that details names.',
  },
  AMBIGUITY_DURING_PROCESSING: {
    expected: 'one of the parameters {details.ambiguity_due_to}',
    came: 'both',
    rule: openApi,
    mend: 'Leave one of them out.',
  },
  LIMIT_EXCEEDED: {
    expected: 'at most [[{details.limit}||the number that the operation takes]][[ in {details.json_path}]]',
    came: '[[{came}||more]]',
    rule: openApi,
    mend: 'Send several calls, each within the limit; bulk write takes 25,000 rows at once.',
  },
  DISCRETE_PAGINATION_LIMIT_EXCEEDED: {
    expected: 'pages within the first 2,000 records',
    came: 'a later page, by its number',
    rule: 'docs/crm.md; /crm/v8/openapi.json (page_token)',
    mend: 'Go on with page_token: each answer has info.next_page_token.',
  },
  PAGINATION_LIMIT_EXCEEDED: {
    expected: 'pages within the first 100,000 records',
    came: 'a later page',
    rule: openApi,
    mend: 'Use bulk read, or COQL in steps by id.',
  },
  TOKEN_BOUND_DATA_MISMATCH: {
    expected: 'the parameters of the page before',
    came: 'others with its page_token',
    rule: openApi,
    mend: 'Change page_token only from page to page, and begin anew where another parameter changes.',
  },
  EXPIRED_VALUE: {
    expected: 'a page_token of the last 24 hours',
    came: 'an older one',
    rule: openApi,
    mend: 'Begin with the first page.',
  },
  EXPECTED_FIELD_MISSING: {
    expected: 'one of the keys {details.expected_fields}',
    came: 'none of them',
    rule: openApi,
    mend: 'Send one of {details.expected_fields}.',
  },
  EXPECTED_PARAM_MISSING: {
    expected: 'one of the parameters {details.param_names}',
    came: 'none of them',
    rule: openApi,
    mend: 'Send one of {details.param_names}.',
  },
  MAPPING_MISMATCH: {
    expected: 'two values that belong together',
    came: '[[{details}||two that do not]]',
    rule: openApi,
    mend: 'Correct one of the two that details names, such as a stage that is not of the pipeline.',
  },
  INVALID_REFERENCE: {
    expected: 'a reference to the answer of an earlier sub-request',
    came: '[[{details.reference}||another one]]',
    rule: openApi,
    mend: 'Write @{id:$.path} with the sub_request_id of an earlier one and a place that its answer has.',
  },
  LOOPING_FOUND: {
    expected: 'references to earlier sub-requests only',
    came: 'one to itself or a later one',
    rule: openApi,
    mend: 'Put the sub-requests in the order in which they need each other.',
  },
  REQUEST_BODY_IS_EMPTY: {
    expected: 'a JSON body',
    came: 'none',
    rule: openApi,
    mend: 'Send the body; a client that follows a redirect may lose it.',
  },
};
