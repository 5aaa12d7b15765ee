import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { bodyWith, found, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  address,
  anyObject,
  flag,
  id,
  input,
  listOf,
  named,
  noted,
  orNull,
  type Schema,
  shape,
  text,
  time,
} from '../../kernel/schema.ts';
import { idsFilter, idsParameter, pageInfo, pages } from '../../wire/openapi/parameters.ts';
import { fixed } from '../../wire/scopes.ts';
import { conditionLimits } from './read-condition.ts';
import { watchLimits } from './read-watch.ts';
import { channelLimits, createWatches, deleteWatches, listWatches, patchWatches, replaceWatches } from './watch.ts';

const scopesOf = (operation: ScopeOperation) => fixed(`ZohoCRM.notifications.${operation}`);

/** The client's own choice: any signed 64-bit number. */
const channel: Schema = { type: 'string', pattern: '^-?[0-9]{1,19}$' };
const channelGiven: Schema = { ...channel, type: ['string', 'integer'] };
const resource = { resource_uri: address, resource_id: id, resource_name: text, channel_id: channel };
const subscription = { channel_expiry: time, ...resource };
const watch = named(
  'Watch',
  shape({
    ...subscription,
    notify_on_related_action: flag,
    return_affected_field_values: flag,
    fields: orNull(listOf(text)),
    notification_condition: orNull(listOf(anyObject)),
    events: listOf(text),
    notify_url: text,
    token: orNull(text),
  }),
);
const events = listOf(
  { type: 'string', pattern: '^\\w+\\.(create|edit|delete|all)$', examples: ['Leads.all'] },
  { min: 1, max: watchLimits.events },
);
const options = {
  channel_expiry: noted(time, 'At most a week ahead, without milliseconds; without it an hour.'),
  token: noted(orNull({ type: 'string', maxLength: watchLimits.token }), 'Sent with each notification.'),
  return_affected_field_values: flag,
  notify_on_related_action: flag,
  notification_condition: noted(
    listOf(anyObject, { max: conditionLimits.conditions }),
    'Fields that must have changed: one, or groups (and, or) of them inside each other.',
  ),
};
const whole = named('WatchGiven', input({ channel_id: channelGiven, events, notify_url: address }, options));
const change = named(
  'WatchChange',
  input(
    { channel_id: channelGiven },
    { events, notify_url: address, ...options, _delete_events: noted(flag, 'Takes the events away.') },
  ),
);
const writes = { key: 'watch', status: 200, details: shape({ events: listOf(shape(subscription)) }) } as const;
const errors = ['INVALID_URL', 'NOT_SUBSCRIBED'] as const;

/** Channels that tell of changes. */
export const notificationOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: 'actions/watch',
    scopes: scopesOf('READ'),
    handle: listWatches,
    about: {
      summary: "List the caller's notification channels",
      text: 'One item for each module.',
      query: [
        ...pages,
        { ...idsFilter(channelLimits.watchesOfUser, 'Only these channels'), name: 'channel_id' },
        query('module', 'Only those of this module: its API name.'),
      ],
      answers: found('watch', watch, { info: pageInfo }),
    },
  },
  {
    method: 'POST',
    path: 'actions/watch',
    scopes: scopesOf('CREATE'),
    handle: createWatches,
    about: {
      summary: 'Watch modules',
      text: 'The token needs read access to each of them.',
      body: bodyWith('watch', whole, channelLimits.items),
      writes: { ...writes, status: 201, mixedStatus: 202 },
      errors,
    },
  },
  {
    method: 'PUT',
    path: 'actions/watch',
    scopes: scopesOf('UPDATE'),
    handle: replaceWatches,
    about: {
      summary: 'Replace what channels watch',
      body: bodyWith('watch', whole, channelLimits.items),
      writes,
      errors,
    },
  },
  {
    method: 'PATCH',
    path: 'actions/watch',
    scopes: scopesOf('UPDATE'),
    handle: patchWatches,
    about: {
      summary: 'Change channels',
      body: bodyWith('watch', change, channelLimits.items),
      writes,
      errors: [...errors, 'EXPECTED_FIELD_MISSING'],
    },
  },
  {
    method: 'DELETE',
    path: 'actions/watch',
    scopes: scopesOf('DELETE'),
    handle: deleteWatches,
    about: {
      summary: 'End channels',
      query: [{ ...idsParameter(channelLimits.items, 'Ids of channels'), name: 'channel_ids', required: true }],
      writes: { ...writes, details: shape(resource) },
      errors: ['NOT_SUBSCRIBED'],
    },
  },
];
