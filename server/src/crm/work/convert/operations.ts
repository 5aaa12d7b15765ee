import { stateWords } from '../../jobs/state-word.ts';
import { credits } from '../../kernel/cost.ts';
import { always, bodyWith, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  either,
  exactly,
  flag,
  id,
  idGiven,
  input,
  integer,
  listOf,
  moduleReference,
  named,
  noted,
  oneOf,
  orNull,
  reference,
  referenceGiven,
  shape,
  text,
} from '../../kernel/schema.ts';
import { recordErrors } from '../../records/write/described-writes.ts';
import { newRecord, record } from '../../wire/openapi/record-schemas.ts';
import { anyOf, module } from '../../wire/scopes.ts';
import { maxMassIds } from '../mass/mass-request.ts';
import { getConversionOptions } from './conversion-options.ts';
import { convertLead } from './convert-lead.ts';
import { massConvert, massConvertStatus } from './mass-convert.ts';
import { conversionTargets } from './read-conversion.ts';

const tagNames = listOf(either(text, input({ name: text })));
const conversion = named(
  'Conversion',
  input(
    {},
    {
      Accounts: noted(referenceGiven, 'The account that takes the lead in, instead of a new one.'),
      Contacts: noted(referenceGiven, 'The contact that takes the lead in, instead of a new one.'),
      Deals: noted(newRecord, 'A deal to be made, with the fields of a deal.'),
      assign_to: referenceGiven,
      overwrite: noted(flag, "Whether an existing contact and account get the lead's values."),
      move_attachments_to: input({ api_name: oneOf(...conversionTargets) }),
      carry_over_tags: input({}, Object.fromEntries(conversionTargets.map((target) => [target, tagNames]))),
    },
  ),
);
const made = shape({ Contacts: reference, Deals: orNull(reference), Accounts: orNull(reference) });
const onlyIds = shape({ Contacts: id, Deals: orNull(id), Accounts: orNull(id) });
const matched = orNull(listOf(shape({ field: shape({ api_name: text, id }), matched_lead_value: {} })));

/** Conversion of leads. */
export const convertOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: '{module}/{id}/actions/convert',
    scopes: module('CREATE'),
    cost: { ...credits(5), heavy: true },
    handle: convertLead,
    about: {
      summary: 'Convert a lead',
      text: 'Into a contact, an account when it has a company, and a deal when one is asked for. The module is Leads.',
      body: bodyWith('data', conversion, 1),
      writes: { key: 'data', status: 200, details: made, oldItem: onlyIds },
      errors: [...recordErrors, 'ID_ALREADY_CONVERTED'],
    },
  },
  {
    method: 'POST',
    path: '{module}/actions/mass_convert',
    scopes: module('CREATE'),
    cost: { ...credits(5), heavy: true },
    since: 6,
    handle: massConvert,
    about: {
      summary: 'Convert many leads',
      text: 'A job converts them, each for itself. The module is Leads.',
      body: input(
        { ids: listOf(idGiven, { min: 1, max: maxMassIds }) },
        {
          Deals: noted(newRecord, 'A deal to be made of each lead.'),
          assign_to: referenceGiven,
          move_attachments_to: input({ api_name: oneOf(...conversionTargets) }),
          carry_over_tags: noted(
            listOf(input({ api_name: oneOf(...conversionTargets) }, { id: idGiven })),
            'Modules whose new records get the tags of their lead.',
          ),
        },
      ),
      answers: {
        200: {
          json: shape({
            code: exactly('SCHEDULED'),
            details: shape({ job_id: id }),
            message: text,
            status: exactly('success'),
          }),
        },
      },
      errors: ['LIMIT_EXCEEDED', 'DEPENDENT_FIELD_MISSING', 'DEPENDENT_MISMATCH'],
    },
  },
  {
    method: 'GET',
    path: '{module}/actions/mass_convert',
    scopes: anyOf(module('READ'), module('CREATE')),
    since: 6,
    handle: massConvertStatus,
    about: {
      summary: 'Get the state of a mass conversion',
      query: [{ ...query('job_id', 'Id of the job.', id), required: true }],
      answers: always(
        'data',
        shape({
          Status: oneOf(...stateWords),
          Total_Count: integer,
          Converted_Count: integer,
          Failed_Count: integer,
          Not_Converted_Count: integer,
        }),
      ),
      errors: ['REQUIRED_PARAM_MISSING'],
    },
  },
  {
    method: 'GET',
    path: '{module}/{id}/__conversion_options',
    scopes: module('READ'),
    handle: getConversionOptions,
    about: {
      summary: 'Tell what a lead can become part of',
      text: 'Contacts with its e-mail address and accounts with the name of its company. The module is Leads.',
      answers: {
        200: {
          json: shape({
            __conversion_options: shape({
              module_preference: moduleReference,
              Contacts: orNull(listOf(record)),
              Deals: { type: 'null' },
              Accounts: orNull(listOf(record)),
              preference_field_matched_value: shape({ Contacts: matched, Deals: { type: 'null' }, Accounts: matched }),
              modules_with_multiple_layouts: listOf(moduleReference),
            }),
          }),
        },
      },
      errors: ['ID_ALREADY_CONVERTED'],
    },
  },
];
