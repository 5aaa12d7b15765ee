import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { bodyWith, found, oneById, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  id,
  idGiven,
  input,
  integer,
  named,
  noted,
  oneOf,
  reference,
  referenceGiven,
  type Schema,
  shape,
  text,
} from '../../kernel/schema.ts';
import { pageInfo, pages } from '../../wire/openapi/parameters.ts';
import { settings } from '../../wire/scopes.ts';
import { businessNames, getBusinessHours, hourTypes, writeBusinessHours } from './business-hours.ts';
import { getFiscalYear, months, updateFiscalYear, yearNames } from './fiscal-year.ts';
import {
  createHolidays,
  deleteHoliday,
  getHoliday,
  holidayLimits,
  holidayTypes,
  listHolidays,
  updateHolidays,
} from './holidays.ts';
import { day, weekGiven, weekShown } from './hour-schemas.ts';
import { shiftOperations } from './shift-operations.ts';
import { unavailabilityOperations } from './unavailability-operations.ts';

const permission = 'Crm_Implied_Manage_Business_Hours';
const holidayScopes = (operation: ScopeOperation) => settings('holidays', operation);
const hourScopes = (operation: ScopeOperation) => settings('business_hours', operation);
const yearScopes = (operation: ScopeOperation) => settings('fiscal_year', operation);

const hours = named(
  'BusinessHours',
  shape({
    id,
    type: oneOf(...hourTypes),
    timezone: text,
    week_starts_on: day,
    ...weekShown(businessNames),
  }),
);
const hoursGiven = input({
  business_hours: input(
    {},
    {
      type: noted(oneOf(...hourTypes), 'custom: business_days with their times.'),
      timezone: text,
      week_starts_on: day,
      ...weekGiven(businessNames),
    },
  ),
});
const hourWrites = { key: 'business_hours', single: {}, details: shape({ id }) } as const;
const holiday = named(
  'Holiday',
  shape({ id, name: text, date: text, year: integer, type: oneOf(...holidayTypes) }, { shift_hour: reference }),
);
const name: Schema = { type: 'string', maxLength: 100 };
const date: Schema = { type: 'string', format: 'date' };
const ofShift = {
  type: noted(oneOf(...holidayTypes), 'A holiday of the business when it is not said; it stays what it is.'),
  shift_hour: noted(referenceGiven, 'The shift, for a holiday of a shift.'),
};
const holidayWrites = { key: 'holidays', status: 200, details: shape({ id }) } as const;
const year = shape({ start_month: oneOf(...months), display_based_on: oneOf(...yearNames), id });

/** When the organization works. */
export const hourOperations: readonly Operation[] = [
  ...shiftOperations,
  ...unavailabilityOperations,
  {
    method: 'GET',
    path: 'settings/business_hours',
    scopes: hourScopes('READ'),
    handle: getBusinessHours,
    about: {
      summary: 'Get the business hours',
      answers: { 200: { json: shape({ business_hours: hours }) }, 204: { description: 'None are set up.' } },
    },
  },
  {
    method: 'POST',
    path: 'settings/business_hours',
    scopes: hourScopes('CREATE'),
    permission,
    handle: writeBusinessHours(true),
    about: {
      summary: 'Set up business hours',
      body: hoursGiven,
      writes: { ...hourWrites, status: 201 },
      errors: ['DUPLICATE_DATA'],
    },
  },
  {
    method: 'PUT',
    path: 'settings/business_hours',
    scopes: hourScopes('UPDATE'),
    permission,
    handle: writeBusinessHours(false),
    about: { summary: 'Change the business hours', body: hoursGiven, writes: { ...hourWrites, status: 200 } },
  },
  {
    method: 'GET',
    path: 'settings/holidays',
    scopes: holidayScopes('READ'),
    handle: listHolidays,
    about: {
      summary: 'List holidays',
      query: [
        query('year', 'Only those of this year.', integer),
        query('type', 'Those of the business, or of shifts.', oneOf(...holidayTypes)),
        query('shift_id', 'Only those of this shift.', id),
        ...pages,
      ],
      answers: found('holidays', holiday, { info: pageInfo }),
    },
  },
  {
    method: 'POST',
    path: 'settings/holidays',
    scopes: holidayScopes('CREATE'),
    permission,
    handle: createHolidays,
    about: {
      summary: 'Create holidays',
      body: bodyWith('holidays', input({ name, date }, ofShift), holidayLimits.items),
      writes: { ...holidayWrites, status: 201 },
      errors: ['DUPLICATE_DATA', 'LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'PUT',
    path: 'settings/holidays',
    scopes: holidayScopes('UPDATE'),
    permission,
    handle: updateHolidays,
    about: {
      summary: 'Change holidays',
      body: bodyWith('holidays', input({ id: idGiven }, { name, date, ...ofShift }), holidayLimits.items),
      writes: holidayWrites,
      errors: ['DUPLICATE_DATA'],
    },
  },
  {
    method: 'GET',
    path: 'settings/holidays/{holiday}',
    scopes: holidayScopes('READ'),
    handle: getHoliday,
    about: { summary: 'Get a holiday', answers: oneById('holidays', holiday) },
  },
  {
    method: 'PUT',
    path: 'settings/holidays/{holiday}',
    scopes: holidayScopes('UPDATE'),
    permission,
    handle: updateHolidays,
    about: {
      summary: 'Change a holiday',
      body: bodyWith('holidays', input({}, { name, date, ...ofShift }), 1),
      writes: holidayWrites,
      errors: ['DUPLICATE_DATA'],
    },
  },
  {
    method: 'DELETE',
    path: 'settings/holidays/{holiday}',
    scopes: holidayScopes('DELETE'),
    permission,
    handle: deleteHoliday,
    about: { summary: 'Delete a holiday', writes: holidayWrites },
  },
  {
    method: 'GET',
    path: 'settings/fiscal_year',
    scopes: yearScopes('READ'),
    handle: getFiscalYear,
    about: { summary: 'Get the fiscal year', answers: { 200: { json: shape({ fiscal_year: year }) } } },
  },
  {
    method: 'PUT',
    path: 'settings/fiscal_year',
    scopes: yearScopes('UPDATE'),
    permission,
    handle: updateFiscalYear,
    about: {
      summary: 'Say when the fiscal year begins',
      body: input({
        fiscal_year: input({}, { start_month: oneOf(...months), display_based_on: oneOf(...yearNames), id: idGiven }),
      }),
      writes: { key: 'fiscal_year', single: {}, status: 200, details: shape({ id }) },
    },
  },
];
