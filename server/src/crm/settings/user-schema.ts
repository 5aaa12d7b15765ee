import { all, anything, flag, id, integer, named, orNull, reference, shape, text, time } from '../openapi/schema.ts';

const tab = shape({ font_color: text, background: text });

/** What `userAnswer` makes. */
export const userSchema = named(
  'User',
  shape(
    {
      id,
      zuid: orNull(text),
      email: text,
      full_name: text,
      first_name: orNull(text),
      last_name: text,
      status: { type: 'string', enum: ['active', 'disabled', 'deleted'] },
      confirm: flag,
      role: reference,
      profile: reference,
      created_time: time,
      created_by: reference,
      Modified_Time: time,
      Modified_By: reference,
      offset: { ...integer, description: 'Milliseconds ahead of UTC.' },
      theme: shape({
        normal_tab: tab,
        selected_tab: tab,
        new_background: anything,
        background: text,
        screen: text,
        type: text,
      }),
      customize_info: shape({
        ...all(orNull(text), 'notes_desc', 'show_right_panel', 'bc_view', 'unpin_recent_item'),
        ...all(flag, 'show_home', 'show_detail_view'),
      }),
      ...all(flag, 'microsoft', 'sandboxDeveloper', 'personal_account', 'Isonline'),
      ...all(text, 'decimal_separator', 'time_format'),
      ...all(text, 'default_tab_group', 'number_separator', 'date_format', 'category'),
      ...all(
        orNull(text),
        'country',
        'country_locale',
        'language',
        'locale',
        'time_zone',
        'state',
        'fax',
        'zip',
        'phone',
      ),
      ...all(orNull(text), 'dob', 'city', 'signature', 'street', 'alias', 'website', 'mobile'),
      ...all(orNull(text), '$shift_effective_from', '$current_shift', '$next_shift'),
    },
    {
      // They came with v4.
      ...all(text, 'name_format__s', 'sort_order_preference__s', 'type__s'),
      status_reason__s: orNull(text),
    },
  ),
);
