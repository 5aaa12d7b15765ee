import type { Explanations } from '../explanation.ts';
import { openApi } from './open-api.ts';

/** Files, jobs, and addresses that are called back. */
export const fileAndJobCodes: Explanations = {
  INVALID_FILE_TYPE: {
    expected: 'a PNG, JPEG, GIF, WebP or BMP image',
    came: 'another file',
    rule: openApi,
    mend: 'Convert the picture; the content counts, not the name of the file.',
  },
  FILE_SIZE_MORE_THAN_ALLOWED_SIZE: {
    expected: 'at most {details.maximum_size} bytes',
    came: '[[{came} bytes||more]]',
    rule: 'RFC 9110 §15.5.14',
    mend: 'Make the file smaller, or attach a link to it.',
  },
  NOT_SUBSCRIBED: {
    expected: 'a notification channel that watches this',
    came: 'the channel [[{details.channel_id}||id that came]]',
    rule: openApi,
    mend: 'Look at GET /crm/v8/actions/watch; channels end at their channel_expiry and are made anew with POST.',
  },
  INVALID_URL: {
    expected: 'an http or https address that may be called',
    came: '[[{details.notify_url}||{came}||another one]]',
    rule: 'docs/operating.md, outgoingCalls',
    mend: 'Send a public address, or name the internal network in outgoingCalls.allowedNetworks.',
  },
  ALREADY_SCHEDULED: {
    expected: 'no mass action under way over this custom view',
    came: 'the same one, still running',
    rule: openApi,
    mend: 'Ask for the status of its job and wait until it is done.',
  },
  RECORD_COUNT_LIMIT_EXCEEDED: {
    expected: 'a custom view of at most [[{details.limit}||50,000]] records',
    came: 'a larger one',
    rule: openApi,
    mend: 'Narrow the custom view, or use bulk write.',
  },
  INVALID_CALLBACK_URL: {
    expected: 'an http or https address',
    came: '[[{details.url}||another one]]',
    rule: 'docs/operating.md, outgoingCalls',
    mend: 'Send a public address as callback.url, or name the internal network in outgoingCalls.allowedNetworks.',
  },
  INVALID_CALLBACK_METHOD: {
    expected: 'the callback method post',
    came: '[[{details.method}||another one]]',
    rule: openApi,
    mend: 'Send callback.method "post".',
  },
  INVALID_FILE_FORMAT: {
    expected: 'a zip file of CSV files in its first folder',
    came: '[[{cause}||another file]]',
    rule: 'docs/crm.md, "What is there" (bulk write)',
    mend: 'Zip the CSV file alone, without a password and without folders.',
  },
  FILE_TOO_LARGE: {
    expected: 'a zip file of at most 25 MB',
    came: 'a larger one',
    rule: 'RFC 9110 §15.5.14',
    mend: 'Split the file: each job takes 25,000 rows.',
  },
  MODULE_NOT_AVAILABLE: {
    expected: 'a module whose records can be written in bulk',
    came: '[[{details.module}||{details.api_name}||another one]]',
    rule: openApi,
    mend: 'Take the name from GET /crm/v8/settings/modules (api_name).',
  },
  INVALID_FILE_ID: {
    expected: 'the file_id of an upload of the last day',
    came: '[[{details.file_id}||another one]]',
    rule: 'docs/crm.md, "What is there" (bulk write)',
    mend: 'Upload the file again and make the job with the new id, with the same organization.',
  },
  FILE_NOT_SUPPORTED: {
    expected: 'an upload with the CSV files that file_names lists',
    came: 'one without them',
    rule: openApi,
    mend: 'Write the name of the file inside the zip into file_names, or leave that out.',
  },
  MANDATORY_FIELDS_NOT_MAPPED: {
    expected: 'a column or a default value for each mandatory field[[: {details.fields}]]',
    came: 'none for some of them',
    rule: openApi,
    mend: 'Map the fields, or give default_value for them.',
  },
  INVALID_FORMAT: {
    expected: 'a date format such as yyyy-MM-dd',
    came: '[[{details.format}||another one]]',
    rule: openApi,
    mend: 'Correct format in the mapping of the field.',
  },
  COLUMN_INDEX_NOT_FOUND: {
    expected: 'an index from 0 to 199, or a default value, in each mapping',
    came: 'a mapping with neither[[: {details.api_name}]]',
    rule: openApi,
    mend: 'Add index, counted from 0 in the row of headings.',
  },
};
