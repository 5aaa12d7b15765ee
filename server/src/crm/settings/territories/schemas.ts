import { bodyWith, query } from '../../kernel/description.ts';
import {
  anyObject,
  either,
  flag,
  id,
  idGiven,
  input,
  integer,
  listOf,
  named,
  noted,
  oneOf,
  orNull,
  reference,
  referenceGiven,
  type Schema,
  shape,
  text,
  time,
} from '../../kernel/schema.ts';
import { permissionTypes } from '../../kernel/space/territory.ts';

/** How the calls about territories describe what they take and answer. */

export const info = shape({ per_page: integer, count: integer, page: integer, more_records: flag });

const criteria = noted(
  anyObject,
  'A condition {comparator, field, value}, or {group_operator, group} of such. Records that fulfil it belong here by themselves.',
);
const criteriaKeys = {
  account_rule_criteria: orNull(criteria),
  deal_rule_criteria: orNull(criteria),
  lead_rule_criteria: orNull(criteria),
};

export const territory = named(
  'Territory',
  shape({
    id,
    name: text,
    api_name: text,
    reporting_to: noted(orNull(reference), 'Null for the one on top only.'),
    manager: orNull(reference),
    description: orNull(text),
    permission_type: oneOf(...permissionTypes),
    created_time: time,
    modified_time: time,
    created_by: reference,
    modified_by: reference,
    ...criteriaKeys,
  }),
);

const about = {
  manager: orNull(referenceGiven),
  description: orNull(text),
  permission_type: oneOf(...permissionTypes),
  ...criteriaKeys,
};
const name: Schema = { type: 'string', maxLength: 100 };

export const newTerritories = (max: number) =>
  bodyWith('territories', input({ name, reporting_to: referenceGiven }, about), max);
const changes = { name, reporting_to: orNull(referenceGiven), ...about };
export const changedTerritories = (max: number) => bodyWith('territories', input({ id: idGiven }, changes), max);
export const changedTerritory = bodyWith('territories', input({}, changes), 1);

const handingOn = { delete_previous_forecasts: noted(flag, 'Forecasts are not kept: it changes nothing.') };
export const transfers = (max: number) =>
  bodyWith('territories', input({ id: idGiven, transfer_to_id: idGiven }, handingOn), max);
export const oneTransfer = bodyWith('territories', input({ transfer_to_id: idGiven }, handingOn), 1);
export const forecasts = query('delete_previous_forecasts', 'Forecasts are not kept: it changes nothing.', flag);

export const filters = query(
  'filters',
  'Criteria in JSON over id, name, api_name, description, permission_type, manager and reporting_to: ' +
    '{"field":{"api_name":"name"},"comparator":"equal" or "contains","value":"…"}, or {"group_operator","group"}.',
);

const namedReference = shape({ Name: text, id });
export const territoryOfUser = named(
  'TerritoryOfUser',
  shape({ id, Name: text, Manager: orNull(namedReference), Reporting_To: orNull(namedReference) }),
);
export const usersCount = named('UsersOfTerritory', shape({ count: text, territory: reference }));

export const namedByIds = (key: string, max: number) => bodyWith(key, input({ id: idGiven }), max);

const places = listOf(input({ id: idGiven }), { min: 1, max: 100 });
const either1 = {
  Territories: places,
  Territory: noted(either(places, input({ id: idGiven })), 'Deals: instead of Territories.'),
};
export const placesOfRecords = (max: number) => bodyWith('data', input({ id: idGiven }, either1), max);
export const placesOfRecord = bodyWith('data', input({}, either1), 1);
