import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { bodyWith, oneById, withList } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  id,
  idGiven,
  input,
  integer,
  listOf,
  named,
  noted,
  orNull,
  reference,
  type Schema,
  shape,
  text,
} from '../../kernel/schema.ts';
import { settings } from '../../wire/scopes.ts';
import { weekGiven, weekShown } from './hour-schemas.ts';
import { createShifts, deleteShift, getShift, listShifts, shiftNames, updateShifts } from './shift-hours.ts';
import { breakNames, shiftLimits } from './shift-parts.ts';

const path = 'settings/business_hours/shift_hours';
const one = `${path}/{shift}`;
const permission = 'Crm_Implied_Manage_Business_Hours';
const scopesOf = (operation: ScopeOperation) => settings('shift_hours', operation);

const date: Schema = { type: 'string', format: 'date' };
const name: Schema = { type: 'string', maxLength: 100 };
const shown = {
  ...{ id, name: text, timezone: text },
  ...weekShown(shiftNames),
  break_hours: listOf(named('BreakHours', shape({ id, ...weekShown(breakNames) }))),
  users_count: integer,
};
const shift = named('ShiftHours', shape(shown));
const user = shape({
  ...{ id, name: orNull(text), email: orNull(text), zuid: orNull(text), role: orNull(reference) },
  effective_from: date,
});
const wholeShift = named(
  'WholeShiftHours',
  shape({ ...shown, users: listOf(user), holidays: listOf(shape({ id, name: text, date, year: integer })) }),
);
const given = {
  timezone: noted(text, "The organization's when it is not said."),
  ...weekGiven(shiftNames),
  break_hours: listOf(input({}, { id: idGiven, ...weekGiven(breakNames) }), { max: shiftLimits.breaks }),
  users: listOf(
    input({ id: idGiven }, { effective_from: noted(date, 'The first day in the shift; today when it is not said.') }),
    { max: shiftLimits.users },
  ),
  holidays: listOf(input({}, { id: idGiven, name, date }), { max: shiftLimits.holidays }),
};
const rules =
  `Hours may end on the next day: ["22:00","06:00"]. Breaks lie inside of them. Breaks, users and holidays of
a body take the place of those that the shift has; those that have an id stay the same.`.replaceAll('\n', ' ');
const writes = { key: 'shift_hours', status: 200, details: shape({ id }) } as const;

/** When some of the users work. */
export const shiftOperations: readonly Operation[] = [
  {
    method: 'GET',
    path,
    scopes: scopesOf('READ'),
    handle: listShifts,
    about: {
      summary: 'List shifts',
      answers: {
        200: {
          json: withList('shift_hours', shift, {
            shift_count: shape({ total_shift: integer, total_shift_with_user: integer }),
          }),
        },
        204: { description: 'There are none.' },
      },
    },
  },
  {
    method: 'POST',
    path,
    scopes: scopesOf('CREATE'),
    permission,
    handle: createShifts,
    about: {
      summary: 'Create shifts',
      text: rules,
      body: bodyWith('shift_hours', input({ name }, given), shiftLimits.items),
      writes: { ...writes, status: 201 },
      errors: ['DUPLICATE_DATA', 'LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'PUT',
    path,
    scopes: scopesOf('UPDATE'),
    permission,
    handle: updateShifts,
    about: {
      summary: 'Change shifts',
      text: rules,
      body: bodyWith('shift_hours', input({ id: idGiven }, { name, ...given }), shiftLimits.items),
      writes,
      errors: ['DUPLICATE_DATA', 'LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'GET',
    path: one,
    scopes: scopesOf('READ'),
    handle: getShift,
    about: { summary: 'Get a shift', answers: oneById('shift_hours', wholeShift) },
  },
  {
    method: 'PUT',
    path: one,
    scopes: scopesOf('UPDATE'),
    permission,
    handle: updateShifts,
    about: {
      summary: 'Change a shift',
      text: rules,
      body: bodyWith('shift_hours', input({}, { name, ...given }), 1),
      writes,
      errors: ['DUPLICATE_DATA', 'LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'DELETE',
    path: one,
    scopes: scopesOf('DELETE'),
    permission,
    handle: deleteShift,
    about: { summary: 'Delete a shift', text: 'Its holidays go with it.', writes },
  },
];
