-- What hangs on records: references, links of many to many, files, attachments, histories; and the fuller roles,
-- profiles and users that the calls for them write.

-- Which records point to a record. Rows are only ever added: readers join crm_record and look whether its data still
-- says so, so that changing and deleting records costs nothing here.
CREATE TABLE crm_reference (
  data_space integer NOT NULL,
  target_id bigint NOT NULL,
  -- Of the record that points.
  module integer NOT NULL,
  -- API name of the look-up, or of the subform and its look-up with a dot between.
  field text NOT NULL,
  record_id bigint NOT NULL,
  PRIMARY KEY (data_space, target_id, module, field, record_id)
);

INSERT INTO crm_reference (data_space, target_id, module, field, record_id)
SELECT data_space, target::bigint, module, field, record_id
FROM (
  SELECT data_space, module, record_id, entry.key AS field,
         CASE jsonb_typeof(entry.value) WHEN 'string' THEN entry.value #>> '{}' WHEN 'object' THEN entry.value ->> 'id' END
           AS target
  FROM crm_record, jsonb_each(data) AS entry
  UNION ALL
  SELECT data_space, module, record_id, entry.key || '.' || part.key, part.value #>> '{}'
  FROM crm_record, jsonb_each(data) AS entry,
       jsonb_array_elements(CASE jsonb_typeof(entry.value) WHEN 'array' THEN entry.value ELSE '[]' END) AS item,
       jsonb_each(CASE jsonb_typeof(item) WHEN 'object' THEN item ELSE '{}' END) AS part
  WHERE jsonb_typeof(part.value) = 'string' AND part.key <> 'id'
  UNION ALL
  SELECT data_space, module, record_id, 'Tag', tag
  FROM crm_record, jsonb_array_elements_text(CASE jsonb_typeof(data -> 'Tag') WHEN 'array' THEN data -> 'Tag' ELSE '[]' END) AS tag
) AS pointing
WHERE target ~ '^[0-9]{19}$' AND target LIKE data_space || '%'
ON CONFLICT DO NOTHING;

-- Links between records of two modules: members of campaigns, products of leads, contacts of deals, …
CREATE TABLE crm_link (
  data_space integer NOT NULL,
  relation text NOT NULL,
  left_id bigint NOT NULL,
  right_id bigint NOT NULL,
  -- The link's own fields, by API name (Member_Status, Contact_Role, list_price).
  data jsonb NOT NULL,
  created_by bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  modified_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, relation, left_id, right_id)
);
CREATE INDEX crm_link_right ON crm_link (data_space, relation, right_id, left_id);

-- Files, in pieces, so that none of them is ever in memory as a whole. A file counts once it is complete.
CREATE TABLE crm_file (
  data_space integer NOT NULL,
  file_id text NOT NULL,
  name text NOT NULL,
  content_type text NOT NULL,
  size_bytes bigint NOT NULL,
  complete boolean NOT NULL,
  created_by bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, file_id)
);
CREATE INDEX crm_file_incomplete ON crm_file (created_at_ms) WHERE NOT complete;

CREATE TABLE crm_file_piece (
  data_space integer NOT NULL,
  file_id text NOT NULL,
  number integer NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (data_space, file_id, number)
);
-- Most files are compressed already.
ALTER TABLE crm_file_piece ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE crm_attachment (
  data_space integer NOT NULL,
  parent_id bigint NOT NULL,
  attachment_id bigint NOT NULL,
  -- Of the parent.
  module integer NOT NULL,
  name text NOT NULL,
  -- One of the two.
  file_id text,
  link_url text,
  size_bytes bigint NOT NULL,
  created_by bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, parent_id, attachment_id)
);

-- What happened to a record after it was created.
CREATE TABLE crm_timeline (
  data_space integer NOT NULL,
  record_id bigint NOT NULL,
  entry_id bigint GENERATED ALWAYS AS IDENTITY,
  module integer NOT NULL,
  at_ms bigint NOT NULL,
  done_by bigint NOT NULL,
  -- updated, deleted, restored, converted, tag_added, …
  action text NOT NULL,
  -- Changed fields in their stored form: [{"field":…,"old":…,"new":…}].
  changes jsonb NOT NULL,
  PRIMARY KEY (data_space, record_id, entry_id)
);

ALTER TABLE crm_role ADD COLUMN share_with_peers boolean NOT NULL DEFAULT false;
ALTER TABLE crm_role ADD COLUMN created_by bigint;
ALTER TABLE crm_role ADD COLUMN modified_by bigint;
ALTER TABLE crm_profile ADD COLUMN created_by bigint;
ALTER TABLE crm_profile ADD COLUMN modified_by bigint;

-- The Standard profile has everything except administration.
UPDATE crm_profile
SET denied_permissions = ARRAY['Crm_Implied_Manage_Users', 'Crm_Implied_Manage_Profiles', 'Crm_Implied_Manage_Roles']
WHERE NOT custom AND name = 'Standard';
