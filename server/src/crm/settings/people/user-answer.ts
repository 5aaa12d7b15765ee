import { formatDateTime, offsetMinutes } from '../../fields/values/date-time.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { CrmUser } from '../../kernel/space/space.ts';
import { shiftsOfUser } from '../hours/shift-hours.ts';

const tab = { font_color: '#FFFFFF', background: '#222222' };
const theme = {
  normal_tab: tab,
  selected_tab: tab,
  new_background: null,
  background: '#F3F0EB',
  screen: 'fixed',
  type: 'default',
};

/** A user as `GET /users` shows one to the caller. Keys that end in `__s` came with v4 (crm-api 2.2). */
export function userAnswer(user: CrmUser, call: CrmCall): Record<string, unknown> {
  const answer = newestAnswer(user, call);
  if (call.version.number >= 4) return answer;
  return Object.fromEntries(Object.entries(answer).filter(([key]) => !key.endsWith('__s')));
}

/** The mixed spelling of the keys is the wire's. */
function newestAnswer(user: CrmUser, { space, user: reader, nowMs }: CrmCall): Record<string, unknown> {
  const { settings } = user;
  const about = (name: string, otherwise: string | null = null) => settings.about?.[name] ?? otherwise;
  const shifts = shiftsOfUser(space, user.id, nowMs);
  const reference = (id: string) => ({ name: space.user(id)?.fullName ?? null, id });
  return {
    country: settings.country,
    name_format__s: about('name_format__s', 'Salutation,First Name,Last Name'),
    language: settings.language,
    microsoft: false,
    $shift_effective_from: shifts.effectiveFrom,
    id: user.id,
    state: about('state'),
    fax: about('fax'),
    country_locale: about('country_locale', settings.locale),
    sandboxDeveloper: false,
    zip: about('zip'),
    decimal_separator: about('decimal_separator', 'Period'),
    created_time: formatDateTime(user.createdAtMs, reader.timeZone),
    time_format: about('time_format', 'hh:mm a'),
    offset: offsetMinutes(nowMs, user.timeZone) * 60_000,
    profile: { name: user.profile.name, id: user.profile.id },
    created_by: reference(user.createdBy),
    zuid: user.zuid,
    full_name: user.fullName,
    phone: about('phone'),
    dob: about('dob'),
    sort_order_preference__s: about('sort_order_preference__s', 'First Name,Last Name'),
    status: user.status,
    type__s: 'Regular User',
    role: { name: user.role.name, id: user.role.id },
    customize_info: {
      notes_desc: null,
      show_right_panel: null,
      bc_view: null,
      show_home: false,
      show_detail_view: true,
      unpin_recent_item: null,
    },
    city: about('city'),
    signature: about('signature'),
    locale: settings.locale,
    personal_account: false,
    Isonline: user.id === reader.id,
    default_tab_group: '0',
    Modified_By: reference(user.modifiedBy),
    street: about('street'),
    $current_shift: shifts.current,
    alias: about('alias'),
    theme,
    first_name: user.firstName === '' ? null : user.firstName,
    email: user.email,
    status_reason__s: null,
    website: about('website'),
    $next_shift: shifts.next,
    mobile: about('mobile'),
    last_name: user.lastName,
    time_zone: user.timeZone,
    number_separator: about('number_separator', 'Comma'),
    confirm: user.confirmed,
    date_format: about('date_format', 'MM-dd-yyyy'),
    category: 'regular_user',
    Modified_Time: formatDateTime(user.modifiedAtMs, reader.timeZone),
  };
}
