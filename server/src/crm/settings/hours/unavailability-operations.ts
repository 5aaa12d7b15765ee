import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { bodyWith, found, oneById, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  all,
  flag,
  id,
  idGiven,
  input,
  named,
  noted,
  orNull,
  referenceGiven,
  type Schema,
  shape,
  text,
  time,
} from '../../kernel/schema.ts';
import { pageInfo, pages } from '../../wire/openapi/parameters.ts';
import { settings } from '../../wire/scopes.ts';
import {
  createUnavailability,
  deleteUnavailability,
  getUnavailability,
  listUnavailability,
  unavailabilityLimits,
  updateUnavailability,
} from './unavailability.ts';

const key = 'users_unavailability';
const path = `settings/${key}`;
const one = `${path}/{unavailability}`;
const scopesOf = (operation: ScopeOperation) => settings(key, operation);

const others = ['title', 'comments', 'service', 'tp_calendar_id', 'tp_event_id'] as const;
const unavailability = named(
  'UserUnavailability',
  shape({
    id,
    user: shape({ name: orNull(text), id, zuid: orNull(text) }),
    ...all(time, 'from', 'to'),
    all_day: flag,
    ...all(orNull(text), ...others),
  }),
);
const upTo = (maxLength: number): Schema => orNull({ type: 'string', maxLength });
const given = {
  user: noted(referenceGiven, 'The caller when it is not said.'),
  all_day: flag,
  ...all(upTo(255), ...others),
  comments: upTo(250),
};
const times = all(time, 'from', 'to');
const rule = 'Everybody may write what is their own; who manages users, that of others, too.';
const writes = { key, status: 200, details: shape({ id }) } as const;
const inner = query('include_inner_details', 'Without effect: users are told with name and zuid.');
const ids = (name: string, whose: string) =>
  query(`${name}_ids`, `Only users of these ${whose}, as a list with commas; at most ${unavailabilityLimits.ids}.`);

/** When users do not work. */
export const unavailabilityOperations: readonly Operation[] = [
  {
    method: 'GET',
    path,
    scopes: scopesOf('READ'),
    handle: listUnavailability,
    about: {
      summary: 'List when users are away',
      query: [
        ids('group', 'groups'),
        ids('role', 'roles'),
        ids('territory', 'territories'),
        query('filters', 'Criteria in JSON over id, user, title, comments, and over the times from and to.'),
        inner,
        ...pages,
      ],
      answers: found(key, unavailability, { info: pageInfo }),
      errors: ['LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'POST',
    path,
    scopes: scopesOf('CREATE'),
    handle: createUnavailability,
    about: {
      summary: 'Say when users are away',
      text: rule,
      body: bodyWith(key, input(times, given), unavailabilityLimits.items),
      writes: { ...writes, status: 201 },
      errors: ['NO_PERMISSION', 'LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'PUT',
    path,
    scopes: scopesOf('UPDATE'),
    handle: updateUnavailability,
    about: {
      summary: 'Change when users are away',
      text: rule,
      body: bodyWith(key, input({ id: idGiven }, { ...times, ...given }), unavailabilityLimits.items),
      writes,
      errors: ['NO_PERMISSION'],
    },
  },
  {
    method: 'GET',
    path: one,
    scopes: scopesOf('READ'),
    handle: getUnavailability,
    about: { summary: 'Get when a user is away', query: [inner], answers: oneById(key, unavailability) },
  },
  {
    method: 'PUT',
    path: one,
    scopes: scopesOf('UPDATE'),
    handle: updateUnavailability,
    about: {
      summary: 'Change when a user is away',
      text: rule,
      body: bodyWith(key, input({}, { ...times, ...given }), 1),
      writes,
      errors: ['NO_PERMISSION'],
    },
  },
  {
    method: 'DELETE',
    path: one,
    scopes: scopesOf('DELETE'),
    handle: deleteUnavailability,
    about: { summary: 'Delete when a user is away', text: rule, writes, errors: ['NO_PERMISSION'] },
  },
];
