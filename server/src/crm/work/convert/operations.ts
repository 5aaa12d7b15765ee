import { stateWords } from '../../jobs/state-word.ts';
import { credits, heavyItems } from '../../kernel/cost.ts';
import { always, bodyWith, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  anyObject,
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
import { convertRecord } from './convert-record.ts';
import { massConvert, massConvertStatus } from './mass-convert.ts';
import { massConvertInventory, massConvertInventoryStatus } from './mass-convert-inventory.ts';
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
const inventoryConversion = named(
  'InventoryConversion',
  input({
    convert_to: listOf(input({ module: input({ api_name: text }, { id }) }, { carry_over_tags: flag }), { min: 1 }),
  }),
);
const inventoryMade = shape({}, { Sales_Orders: reference, Invoices: reference });
const inventoryItem = shape({ code: text, details: inventoryMade, message: text, status: text });
const made = shape({ Contacts: reference, Deals: orNull(reference), Accounts: orNull(reference) });
const onlyIds = shape({ Contacts: id, Deals: orNull(id), Accounts: orNull(id) });
const matched = orNull(listOf(shape({ field: shape({ api_name: text, id }), matched_lead_value: {} })));

const tagTargets = noted(
  listOf(input({ api_name: oneOf(...conversionTargets) }, { id: idGiven })),
  'Modules whose new records get the tags of their lead.',
);
const manyIds = listOf(idGiven, { min: 1, max: maxMassIds });
const manyLeads = input(
  { ids: manyIds },
  {
    Deals: noted(newRecord, 'A deal to be made of each lead.'),
    assign_to: referenceGiven,
    move_attachments_to: input({ api_name: oneOf(...conversionTargets) }),
    carry_over_tags: tagTargets,
  },
);
const convertTo = listOf(input({ module: input({ api_name: text }, { id: idGiven }) }, { carry_over_tags: flag }), {
  min: 1,
});
const manyOrders = input(
  { convert_to: convertTo, ids: manyIds },
  { assign_to: referenceGiven, related_modules: listOf(anyObject) },
);
const state = oneOf(...stateWords);
const leadCounts = shape({
  Status: state,
  Total_Count: integer,
  Converted_Count: integer,
  Failed_Count: integer,
  Not_Converted_Count: integer,
});
const orderCounts = shape({
  status: state,
  converted_count: integer,
  failed_count: integer,
  not_converted_count: integer,
  total_count: integer,
});

/** Quotes and sales orders become what follows them; what else is converted is leads. */
const byModule =
  (inventory: Operation['handle'], leads: Operation['handle']): Operation['handle'] =>
  (call) =>
    call.space.metadata.find(call.path[0] as string)?.traits.convertsTo ? inventory(call) : leads(call);

/** Conversion of leads, quotes and sales orders. */
export const convertOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: '{module}/{id}/actions/convert',
    scopes: module('CREATE'),
    cost: { ...credits(5), heavy: true },
    handle: convertRecord,
    about: {
      summary: 'Convert a lead, a quote or a sales order',
      text:
        'Leads into a contact, an account when it has a company, and a deal when one is asked for. Quotes (into sales ' +
        'orders and invoices) and sales orders (into invoices), as convert_to says: all of it, or nothing.',
      body: bodyWith('data', either(conversion, inventoryConversion), 1),
      writes: {
        key: 'data',
        status: 200,
        details: either(made, inventoryMade),
        oldItem: either(onlyIds, inventoryItem),
      },
      errors: [...recordErrors, 'ID_ALREADY_CONVERTED'],
    },
  },
  {
    method: 'POST',
    path: '{module}/actions/mass_convert',
    scopes: module('CREATE'),
    cost: heavyItems(maxMassIds),
    since: 6,
    keyless: true,
    handle: byModule(massConvertInventory, massConvert),
    about: {
      summary: 'Convert many leads, quotes or sales orders',
      text:
        'A job converts them, each for itself: leads into contacts, accounts and deals, quotes and sales orders into what ' +
        'convert_to names.',
      body: either(manyLeads, manyOrders),
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
      errors: ['LIMIT_EXCEEDED', 'DEPENDENT_FIELD_MISSING', 'DEPENDENT_MISMATCH', 'DUPLICATE_DATA'],
    },
  },
  {
    method: 'GET',
    path: '{module}/actions/mass_convert',
    scopes: anyOf(module('READ'), module('CREATE')),
    since: 6,
    handle: byModule(massConvertInventoryStatus, massConvertStatus),
    about: {
      summary: 'Get the state of a mass conversion',
      query: [{ ...query('job_id', 'Id of the job.', id), required: true }],
      answers: always('data', either(leadCounts, orderCounts)),
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
