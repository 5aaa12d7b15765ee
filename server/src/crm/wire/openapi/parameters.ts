import type { Parameter } from '../../kernel/description.ts';
import { servesRecords } from '../../kernel/metadata/metadata.ts';
import { standardModules } from '../../kernel/metadata/standard-modules.ts';
import { flag, id, integer, named, oneOf, orNull, type Schema, shape, text, time } from '../../kernel/schema.ts';
import { maxPerPage } from '../parameters.ts';

/** Parameters that several operations have in common. */
const moduleName: Schema = {
  type: 'string',
  examples: standardModules.filter(servesRecords).map(({ apiName }) => apiName),
};
const whole = (maximum: number, fallback: number): Schema => ({
  type: 'integer',
  minimum: 1,
  maximum,
  default: fallback,
});
/** A comma-separated list. */
export const commaList: Schema = { type: 'string' };

/** What the placeholders of paths stand for. */
export const pathParameters: Readonly<Record<string, Pick<Parameter, 'description' | 'schema'>>> = {
  module: { description: 'API name of a module.', schema: moduleName },
  id: { description: 'Id of a record.', schema: id },
  list: { description: 'API name of a related list.', schema: { type: 'string', examples: ['Notes', 'Contacts'] } },
  related_list: { description: 'Id of a related list.', schema: id },
  related: { description: 'Id of a record in the related list.', schema: id },
  attachment: { description: 'Id of an attachment.', schema: id },
  user: { description: 'Id of a user.', schema: id },
  role: { description: 'Id of a role.', schema: id },
  profile: { description: 'Id of a profile.', schema: id },
  field: { description: 'Id of a field.', schema: id },
  layout: { description: 'Id of a layout.', schema: id },
  dependency: { description: 'Id of a dependency between pick lists.', schema: id },
  global_picklist: { description: 'Id of a global pick list.', schema: id },
  view: { description: 'Id of a custom view.', schema: id },
  tag: { description: 'Id of a tag.', schema: id },
  variable: { description: 'Id or API name of a variable.', schema: text },
  group: { description: 'Id or API name of a group of variables.', schema: text },
  message: { description: 'Id of a message.', schema: text },
  territory: { description: 'Id of a territory.', schema: id },
  rule: { description: 'Id of an assignment rule.', schema: id },
  pipeline: { description: 'Id of a pipeline.', schema: id },
  feature: { description: 'API name of a feature.', schema: { type: 'string', examples: ['tags'] } },
  currency: { description: 'Id of a currency.', schema: id },
  tax: { description: 'Id of a tax.', schema: id },
  holiday: { description: 'Id of a holiday.', schema: id },
  shift: { description: 'Id of a shift.', schema: id },
  unavailability: { description: 'Id of an absence.', schema: id },
  signature: { description: 'Id of a signature.', schema: id },
  template: { description: 'Id of a template.', schema: id },
  scoring_rule: { description: 'Id of a scoring rule.', schema: id },
  scored: { description: 'Id of a record.', schema: id },
  sharing_rule: { description: 'Id of a sharing rule.', schema: id },
  user_group: { description: 'Id of a group of users.', schema: id },
  contact_role: { description: 'Id of a role of contacts.', schema: id },
  job: { description: 'Id of a job.', schema: id },
  locking_configuration: { description: 'Id of a locking configuration.', schema: id },
  lock: { description: 'Id of a lock.', schema: id },
};

export const moduleParameter: Parameter = {
  name: 'module',
  description: 'API name of a module.',
  schema: moduleName,
  required: true,
  errors: ['INVALID_MODULE'],
};

export const idsParameter = (max: number, description = 'Ids of records'): Parameter => ({
  name: 'ids',
  description: `${description}, separated by commas: at most ${max}.`,
  schema: commaList,
  errors: ['UNABLE_TO_PARSE_DATA_TYPE', 'LIMIT_EXCEEDED'],
});

/** Ids that a list is narrowed to. */
export const idsFilter = (max: number, description = 'Only these records'): Parameter => ({
  name: 'ids',
  description: `${description}: ids, separated by commas, at most ${max}.`,
  schema: commaList,
  errors: ['LIMIT_EXCEEDED'],
});

export const pages: readonly Parameter[] = [
  { name: 'page', description: 'The page, from 1; in v2 0 is the first page as well.', schema: whole(1_000_000, 1) },
  { name: 'per_page', description: 'Things on a page.', schema: whole(maxPerPage, maxPerPage) },
];

export const fieldsParameter: Parameter = {
  name: 'fields',
  description: 'API names of fields, separated by commas: at most 50. Unknown names are ignored.',
  schema: { ...commaList, examples: ['id,Created_Time'] },
  required: 3,
  errors: ['LIMIT_EXCEEDED'],
};

export const sortOrder: Parameter = {
  name: 'sort_order',
  description: 'The default is desc.',
  schema: oneOf('asc', 'desc'),
};

export const sorting: readonly Parameter[] = [
  {
    name: 'sort_by',
    description: 'The field to sort by: id, Created_Time or Modified_Time; any field before v3.',
    schema: text,
  },
  sortOrder,
];

export const pageToken: Parameter = {
  name: 'page_token',
  description: 'next_page_token or previous_page_token of the page before, for 24 hours; instead of page.',
  schema: text,
  since: 3,
  errors: [
    'TOKEN_BOUND_DATA_MISMATCH',
    'EXPIRED_VALUE',
    'PAGINATION_LIMIT_EXCEEDED',
    'DISCRETE_PAGINATION_LIMIT_EXCEEDED',
    'AMBIGUITY_DURING_PROCESSING',
  ],
};

export const converted: Parameter = {
  name: 'converted',
  description: 'Leads: whether converted ones are meant.',
  schema: oneOf('true', 'false', 'both'),
};

export const approved: Parameter = {
  name: 'approved',
  description: 'Whether approved records are meant; here every record is.',
  schema: oneOf('true', 'false', 'both'),
};

/** What only some platforms act on: a mistake in it is refused all the same. */
export const withoutEffect = (name: string): Parameter => ({ name, description: 'Without effect here.', schema: flag });

export const ifModifiedSince: Parameter = {
  name: 'If-Modified-Since',
  description: 'Answers only what is newer; with nothing newer the status is 304.',
  schema: { type: 'string', format: 'date-time' },
};

export const ifUnmodifiedSince: Parameter = {
  name: 'If-Unmodified-Since',
  description: 'Changes only records that were not changed since; the others are refused with ALREADY_MODIFIED.',
  schema: { type: 'string', format: 'date-time' },
  errors: ['ALREADY_MODIFIED'],
};

export const externalHeader: Parameter = {
  name: 'X-EXTERNAL',
  description:
    'Fields marked external whose values stand for ids, separated by commas: Leads.Ext for records, ' +
    'Contacts.Account_Name.Ext for look-ups in bodies, Tasks.What_Id->Accounts.Ext for look-ups into several modules.',
  schema: text,
};

export const idempotencyKey: Parameter = {
  name: 'Idempotency-Key',
  description: 'For a day the same key with the same request has the same answer, and nothing is created twice.',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
};

/** `info` of a list with pages. */
export const pageInfo = named(
  'PageInfo',
  shape({ per_page: integer, count: integer, page: integer, more_records: flag }),
);

/** `info` of a list of records: since v3 with tokens of the pages beside it. */
export const recordPageInfo = named(
  'RecordPageInfo',
  shape(
    { per_page: integer, count: integer, page: integer, more_records: flag },
    {
      call: flag,
      email: flag,
      sort_by: text,
      sort_order: text,
      next_page_token: orNull(text),
      previous_page_token: orNull(text),
      page_token_expiry: orNull(time),
    },
  ),
);

/** What lists of records take. */
export const recordListQuery: readonly Parameter[] = [
  fieldsParameter,
  idsFilter(100),
  ...pages,
  pageToken,
  ...sorting,
  converted,
  approved,
];

export const viewParameter: Parameter = {
  name: 'cvid',
  description: 'Only the records of this custom view.',
  schema: id,
};

/** What a search looks for, and the states of the records that it may find. */
export const searchQuery: readonly Parameter[] = [
  {
    name: 'criteria',
    description: 'Conditions: (Last_Name:equals:Burns)and(Company:starts_with:Zylker). At most 15.',
    schema: text,
    errors: ['INVALID_QUERY', 'CRITERIA_LIMIT_EXCEEDED'],
  },
  { name: 'email', description: 'An e-mail address in any field.', schema: text },
  { name: 'phone', description: 'A phone number in any field.', schema: text },
  { name: 'word', description: 'Words in any text field: at least two characters.', schema: text },
  converted,
  approved,
];
