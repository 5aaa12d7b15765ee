import { query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  flag,
  id,
  input,
  listOf,
  named,
  noted,
  oneOf,
  orNull,
  referenceGiven,
  shape,
  text,
  time,
} from '../../kernel/schema.ts';
import { sharePermissions } from '../../store/records/record-shares.ts';
import { perModule } from '../../wire/scopes.ts';
import { addShares, getShares, maxSharesOfRecord, replaceShares, revokeShares } from './share-records.ts';

const path = '{module}/{id}/actions/share';
const person = named('SharePerson', shape({ id, name: orNull(text), full_name: orNull(text), zuid: orNull(text) }));
const through = shape({
  module: shape({ api_name: text, name: text, id }),
  id,
  name: orNull(text),
  entity_name: orNull(text),
});
const share = named(
  'Share',
  shape({
    shared_with: orNull(person),
    share_related_records: flag,
    shared_through: through,
    shared_time: time,
    permission: oneOf(...sharePermissions),
    shared_by: person,
    type: noted(oneOf('public', 'private'), 'public: with everybody.'),
  }),
);
const given = input(
  {},
  {
    user: noted(referenceGiven, 'Or shared_with.'),
    shared_with: referenceGiven,
    permission: oneOf(...sharePermissions),
    share_related_records: noted(flag, 'Kept and answered; related records are shared by themselves.'),
    type: oneOf('public', 'private'),
  },
);
const body = input(
  { share: listOf(given, { min: 1, max: maxSharesOfRecord }) },
  { notify: flag, notify_on_completion: flag },
);
const writes = { key: 'share', status: 200, details: shape({}) } as const;
const errors = ['DUPLICATE_DATA', 'LIMIT_EXCEEDED'] as const;

/** Sharing of single records. */
export const sharingOperations: readonly Operation[] = [
  {
    method: 'GET',
    path,
    scopes: perModule('share', 'READ'),
    handle: getShares,
    about: {
      summary: 'Tell with whom a record is shared',
      query: [
        query('view', 'manage: also with whom it could be shared.', oneOf('summary', 'manage')),
        query('sharedTo', 'Only with this user.', id),
      ],
      answers: {
        200: { json: shape({ share: listOf(share) }, { shareable_user: listOf(person) }) },
        204: { description: 'It is shared with nobody.' },
      },
    },
  },
  {
    method: 'POST',
    path,
    scopes: perModule('share', 'CREATE'),
    keyless: true,
    handle: addShares,
    about: { summary: 'Share a record with users', body, writes, errors },
  },
  {
    method: 'PUT',
    path,
    scopes: perModule('share', 'UPDATE'),
    handle: replaceShares,
    about: { summary: 'Say with whom a record is shared from now on', body, writes, errors },
  },
  {
    method: 'DELETE',
    path,
    scopes: perModule('share', 'DELETE'),
    handle: revokeShares,
    about: { summary: 'End the sharing of a record', writes: { ...writes, single: {} } },
  },
];
