-- The CRM of one data centre. A data space is one environment of one organization; its number is the id prefix of
-- everything in it, and comes first in every key, so that tables can be distributed by it. Record ids are
-- prefix * 10^12 + sequence. Times are milliseconds since 1970. No foreign keys: bulk work must not pay for them.

CREATE TABLE crm_organization (
  -- The zgid of its production data space.
  organization_id bigint PRIMARY KEY,
  name text NOT NULL,
  created_at_ms bigint NOT NULL
);

CREATE TABLE crm_data_space (
  data_space integer PRIMARY KEY,
  organization_id bigint NOT NULL,
  environment text NOT NULL,
  zgid bigint NOT NULL,
  -- Next free 12-digit sequence number; processes take blocks of them.
  next_sequence bigint NOT NULL,
  -- Time zone, locale, currency and the other facts of GET /org.
  settings jsonb NOT NULL,
  created_at_ms bigint NOT NULL,
  modified_at_ms bigint NOT NULL,
  UNIQUE (organization_id, environment)
);

CREATE TABLE crm_user (
  data_space integer NOT NULL,
  user_id bigint NOT NULL,
  -- The accounts user; null while an invited person has no account.
  zuid bigint,
  email text NOT NULL,
  first_name text NOT NULL,
  last_name text NOT NULL,
  role_id bigint NOT NULL,
  profile_id bigint NOT NULL,
  -- active, disabled, deleted
  status text NOT NULL,
  confirmed boolean NOT NULL,
  -- Time zone, locale and the other facts of GET /users.
  settings jsonb NOT NULL,
  created_by bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  modified_by bigint NOT NULL,
  modified_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, user_id),
  UNIQUE (data_space, zuid)
);
CREATE INDEX crm_user_zuid ON crm_user (zuid);

CREATE TABLE crm_role (
  data_space integer NOT NULL,
  role_id bigint NOT NULL,
  name text NOT NULL,
  reports_to bigint,
  description text,
  created_at_ms bigint NOT NULL,
  modified_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, role_id)
);

CREATE TABLE crm_profile (
  data_space integer NOT NULL,
  profile_id bigint NOT NULL,
  name text NOT NULL,
  description text,
  custom boolean NOT NULL,
  -- Names of the permissions that the profile lacks (Crm_Implied_Create_Leads); empty: everything is allowed.
  denied_permissions text[] NOT NULL DEFAULT '{}',
  created_at_ms bigint NOT NULL,
  modified_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, profile_id)
);

-- What an organization adds to the standard metadata. A field with the name of a standard one changes that one.
CREATE TABLE crm_custom_module (
  data_space integer NOT NULL,
  module integer NOT NULL,
  definition jsonb NOT NULL,
  created_at_ms bigint NOT NULL,
  modified_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, module)
);

CREATE TABLE crm_custom_field (
  data_space integer NOT NULL,
  module integer NOT NULL,
  api_name text NOT NULL,
  definition jsonb NOT NULL,
  created_at_ms bigint NOT NULL,
  modified_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, module, api_name)
);

CREATE TABLE crm_tag (
  data_space integer NOT NULL,
  module integer NOT NULL,
  tag_id bigint NOT NULL,
  name text NOT NULL,
  name_folded text NOT NULL,
  color_code text,
  created_by bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  modified_by bigint NOT NULL,
  modified_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, module, tag_id),
  UNIQUE (data_space, module, name_folded)
);

-- Live records only: what is deleted moves to crm_deleted_record, so that no list or look-up meets it.
CREATE TABLE crm_record (
  data_space integer NOT NULL,
  -- The module's number in its data space: standard modules have that of their id.
  module integer NOT NULL,
  record_id bigint NOT NULL,
  -- Counts changes: an update writes only over the version that it has read.
  version integer NOT NULL,
  -- The value of the module's display field, for lookups that point here.
  name text,
  owner_id bigint NOT NULL,
  created_by bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  modified_by bigint NOT NULL,
  modified_at_ms bigint NOT NULL,
  activity_at_ms bigint NOT NULL,
  converted boolean NOT NULL,
  -- By API name: scalars as on the wire, date-times as milliseconds, lookups as id strings; no nulls.
  data jsonb NOT NULL,
  PRIMARY KEY (data_space, module, record_id)
);
CREATE INDEX crm_record_created ON crm_record (data_space, module, created_at_ms, record_id);
CREATE INDEX crm_record_modified ON crm_record (data_space, module, modified_at_ms, record_id);

-- The recycle bin: the whole record, for restoring it, until it is purged.
CREATE TABLE crm_deleted_record (
  data_space integer NOT NULL,
  module integer NOT NULL,
  record_id bigint NOT NULL,
  version integer NOT NULL,
  name text,
  owner_id bigint NOT NULL,
  created_by bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  modified_by bigint NOT NULL,
  modified_at_ms bigint NOT NULL,
  activity_at_ms bigint NOT NULL,
  converted boolean NOT NULL,
  data jsonb NOT NULL,
  deleted_by bigint NOT NULL,
  deleted_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, module, record_id)
);
CREATE INDEX crm_deleted_record_time ON crm_deleted_record (data_space, module, deleted_at_ms, record_id);

-- Values of unique fields, folded; the primary key is what makes them unique.
CREATE TABLE crm_unique_value (
  data_space integer NOT NULL,
  module integer NOT NULL,
  field text NOT NULL,
  value text NOT NULL,
  record_id bigint NOT NULL,
  PRIMARY KEY (data_space, module, field, value)
);
CREATE INDEX crm_unique_value_record ON crm_unique_value (data_space, module, record_id);

-- Lists follow an index only when the planner knows how many rows a data space has: remember the largest thousand.
ALTER TABLE crm_record ALTER COLUMN data_space SET STATISTICS 1000;
ALTER TABLE crm_deleted_record ALTER COLUMN data_space SET STATISTICS 1000;

-- Until the first ANALYZE the planner takes every column for varied: any index that begins with the tenant looks as
-- good as the primary key, and sorting a tenant's rows looks cheaper than following an index. Tell it the contrary.
DO $$
DECLARE
  fact record;
BEGIN
  IF to_regproc('pg_restore_attribute_stats') IS NULL THEN
    RETURN; -- before PostgreSQL 18
  END IF;
  FOR fact IN
    SELECT relation, attribute, distinct_values
    FROM unnest(ARRAY['crm_record', 'crm_deleted_record', 'crm_unique_value']) AS relation,
         (VALUES ('data_space', 1::real), ('module', 1::real), ('record_id', -1::real)) AS known (attribute, distinct_values)
  LOOP
    PERFORM pg_restore_attribute_stats(
      'schemaname', current_schema()::text, 'relname', fact.relation, 'attname', fact.attribute, 'inherited', false,
      'null_frac', 0::real, 'avg_width', 8, 'n_distinct', fact.distinct_values);
  END LOOP;
END $$;
