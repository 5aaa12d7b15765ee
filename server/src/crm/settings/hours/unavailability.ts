import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid } from '../../kernel/errors.ts';
import { membersOf, usersOf, usersOfRole } from '../../kernel/space/group-members.ts';
import type { Setting, Unavailability } from '../../kernel/space/setting.ts';
import type { Space } from '../../kernel/space/space.ts';
import { isPresent } from '../../kernel/space/territory-rules.ts';
import { filterParameter } from '../../wire/filters.ts';
import { itemField, readPlainItem, referenceIn } from '../../wire/item-list.ts';
import { idsFilter, pageOf, pageParameters } from '../../wire/parameters.ts';
import {
  createSettings,
  type ItemReading,
  pathItem,
  type Reading,
  removeSettings,
  type SettingList,
  updateSettings,
} from '../kept/setting-list.ts';

/** When users do not work (crm-api 11): `/settings/users_unavailability`. */
export const unavailabilityLimits = { total: 5_000, items: 100, ids: 100 } as const;

type Item = Setting<'users_unavailability'>;

/** Writing what is another user's. */
const ofOthers = 'Crm_Implied_Manage_Users';

const moments = ['from', 'to'].map((name) => itemField(name, 'datetime', 120, true));
const texts = {
  title: itemField('title', 'text', 255),
  comments: itemField('comments', 'textarea', 250),
  service: itemField('service', 'text', 255),
  tp_calendar_id: itemField('tp_calendar_id', 'text', 255),
  tp_event_id: itemField('tp_event_id', 'text', 255),
} as const;
const fields = [...moments, ...Object.values(texts), itemField('all_day', 'boolean', 5)];

const itemList: SettingList<'users_unavailability'> = {
  area: 'users_unavailability',
  key: 'users_unavailability',
  pathIndex: 2,
  limits: unavailabilityLimits,
  messages: {
    added: 'Users unavailability added successfully',
    updated: 'Users unavailability updated successfully',
    deleted: 'Users unavailability deleted successfully',
  },
  read: readItem,
  beforeDelete: (_, call, { definition }) => notOwn(call, definition.user),
};

const filterable = {
  id: ({ id }: Item) => id,
  user: ({ definition }: Item) => definition.user,
  title: ({ definition }: Item) => definition.title,
  comments: ({ definition }: Item) => definition.comments,
};
const filterableMoments = {
  from: ({ definition }: Item) => definition.fromMs,
  to: ({ definition }: Item) => definition.toMs,
};

/** GET /settings/users_unavailability?group_ids=&role_ids=&territory_ids=&filters=&page=&per_page=, by beginning */
export async function listUnavailability(call: CrmCall): Promise<CrmAnswer> {
  const users = chosenUsers(call);
  const found = call.space
    .list('users_unavailability')
    .filter(({ definition: { user } }) => isPresent(call.space, user) && (!users || users.has(user)))
    .filter(filterParameter(call.query, filterable, filterableMoments))
    .toSorted((one, other) => one.definition.fromMs - other.definition.fromMs);
  const { shown, info } = pageOf(found, pageParameters(call));
  if (shown.length === 0) return { status: 204 };
  return { status: 200, json: { users_unavailability: shown.map((item) => itemAnswer(call, item)), info } };
}

/** GET /settings/users_unavailability/{id} */
export async function getUnavailability(call: CrmCall): Promise<CrmAnswer> {
  const item = pathItem(itemList, call);
  return item ? { status: 200, json: { users_unavailability: [itemAnswer(call, item)] } } : { status: 204 };
}

export const createUnavailability = (call: CrmCall) => createSettings(itemList, call);
export const updateUnavailability = (call: CrmCall) => updateSettings(itemList, call);
export const deleteUnavailability = (call: CrmCall) => removeSettings(itemList, call);

/** The users of the groups, roles and territories that a call names; undefined when it names none. */
function chosenUsers({ space, query }: CrmCall): ReadonlySet<string> | undefined {
  const [groups, roles, territories] = ['group_ids', 'role_ids', 'territory_ids'].map((name) =>
    idsFilter(query, name, unavailabilityLimits.ids),
  );
  if (!groups && !roles && !territories) return undefined;
  return new Set([
    ...(groups ?? []).flatMap((id) => [...membersOf(space, id)]),
    ...(roles ?? []).flatMap((id) => usersOfRole(space, id, false)),
    ...(territories ?? []).flatMap((id) => usersOfTerritory(space, id)),
  ]);
}

const usersOfTerritory = (space: Space, id: string) =>
  usersOf(space, { type: 'territories', id, subordinates: false, subTerritories: false });

function itemAnswer({ space, user: reader }: CrmCall, { id, definition }: Item) {
  const user = space.user(definition.user);
  return {
    id,
    user: { name: user?.fullName ?? null, id: definition.user, zuid: user?.zuid ?? null },
    from: formatDateTime(definition.fromMs, reader.timeZone),
    to: formatDateTime(definition.toMs, reader.timeZone),
    all_day: definition.allDay,
    title: definition.title,
    comments: definition.comments,
    service: definition.service,
    tp_calendar_id: definition.calendarId,
    tp_event_id: definition.eventId,
  };
}

function readItem({ call, raw, jsonPath, self }: ItemReading<'users_unavailability'>): Reading<'users_unavailability'> {
  const before = self?.definition;
  const forbidden = before && notOwn(call, before.user);
  if (forbidden) return { failure: forbidden };
  const reading = readPlainItem(raw, fields, jsonPath, self === null);
  if (reading.failure) return reading;
  const { item, values } = reading;
  const user = item.user === undefined ? (before?.user ?? call.user.id) : referenceIn(item.user);
  if (user === undefined || !isPresent(call.space, user)) {
    const place = { api_name: 'id', json_path: `${jsonPath}.user.id` };
    return { failure: errorBody('INVALID_DATA', place, idInvalid) };
  }
  const other = notOwn(call, user);
  if (other) return { failure: other };
  const fromMs = (values.get('from') ?? before?.fromMs) as number;
  const toMs = (values.get('to') ?? before?.toMs) as number;
  if (fromMs >= toMs) {
    const place = { api_name: 'to', json_path: `${jsonPath}.to` };
    return { failure: errorBody('INVALID_DATA', place, 'expected a time after from') };
  }
  const text = (name: keyof typeof texts, otherwise: string | null = null) =>
    values.has(name) ? (values.get(name) as string | null) : otherwise;
  const definition: Unavailability = {
    ...{ user, fromMs, toMs },
    allDay: (values.get('all_day') ?? before?.allDay ?? false) as boolean,
    title: text('title', before?.title),
    comments: text('comments', before?.comments),
    service: text('service', before?.service),
    calendarId: text('tp_calendar_id', before?.calendarId),
    eventId: text('tp_event_id', before?.eventId),
  };
  return { definition };
}

/** Why the caller may not write what is about a user. */
function notOwn({ user: { id, profile } }: CrmCall, user: string): ErrorBody | undefined {
  if (user === id || !profile.denied.has(ofOthers)) return undefined;
  return errorBody('NO_PERMISSION', { permissions: [ofOthers] });
}
