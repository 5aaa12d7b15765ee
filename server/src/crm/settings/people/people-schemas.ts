import {
  all,
  anything,
  flag,
  id,
  idGiven,
  input,
  listOf,
  named,
  oneOf,
  orNull,
  reference,
  referenceGiven,
  type Schema,
  shape,
  text,
  time,
} from '../../kernel/schema.ts';

/** What `roleAnswer` makes. */
export const roleSchema = named(
  'Role',
  shape({
    id,
    name: text,
    display_label: text,
    description: orNull(text),
    reporting_to: orNull(reference),
    share_with_peers: flag,
    admin_user: flag,
    forecast_manager: anything,
    created_time__s: time,
    created_by__s: orNull(reference),
    modified_time__s: time,
    modified_by__s: orNull(reference),
  }),
);

export const roleGiven = named(
  'RoleGiven',
  input(
    {},
    {
      name: { type: 'string', maxLength: 100 },
      description: orNull({ type: 'string', maxLength: 250 }),
      share_with_peers: flag,
      reporting_to: referenceGiven,
    },
  ),
);

/** What `profileAnswer` makes. */
const profileKeys: Readonly<Record<string, Schema>> = {
  id,
  name: text,
  api_name: text,
  display_label: text,
  description: orNull(text),
  type: text,
  created_time: time,
  created_by: orNull(reference),
  modified_time: time,
  modified_by: orNull(reference),
  ...all(flag, 'custom', 'category', 'default'),
};
const permission = shape({ display_label: text, module: orNull(text), name: text, id, enabled: flag });
const category = shape({ display_label: text, permissions_details: listOf(id), name: text });

export const profileSchema = named('Profile', shape(profileKeys));
export const wholeProfileSchema = named(
  'WholeProfile',
  shape({
    ...profileKeys,
    permissions_details: listOf(permission),
    sections: listOf(shape({ name: text, categories: listOf(category) })),
  }),
);

export const profileGiven = named(
  'ProfileGiven',
  input(
    {},
    {
      name: { type: 'string', maxLength: 50 },
      description: orNull({ type: 'string', maxLength: 250 }),
      permissions_details: listOf(input({ enabled: flag }, { id: idGiven, name: text })),
    },
  ),
);

export const userGiven = named(
  'UserGiven',
  input(
    {},
    {
      last_name: { type: 'string', maxLength: 80 },
      first_name: orNull({ type: 'string', maxLength: 40 }),
      email: { type: 'string', format: 'email', maxLength: 100, description: 'In new users only.' },
      role: referenceGiven,
      profile: referenceGiven,
      status: oneOf('active', 'disabled'),
      time_zone: { type: 'string', maxLength: 60, examples: ['Europe/Berlin'] },
      locale: { type: 'string', maxLength: 10 },
      language: { type: 'string', maxLength: 10 },
      country: { type: 'string', maxLength: 100 },
    },
  ),
);
