-- Who sells what to whom: territories, pipelines, assignment rules, and mail to records.

CREATE TABLE crm_territory (
  data_space integer NOT NULL,
  territory_id bigint NOT NULL,
  name text NOT NULL,
  api_name text NOT NULL,
  -- Null for the one on top, which every organization has. It gets a row when it is first changed.
  reports_to bigint,
  manager_id bigint,
  description text,
  -- read_only or read_write_delete
  permission_type text NOT NULL,
  -- Which records belong to it by themselves, by API name of their module, as the request wrote it.
  criteria jsonb NOT NULL,
  created_by bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  modified_by bigint NOT NULL,
  modified_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, territory_id)
);
CREATE UNIQUE INDEX crm_territory_name ON crm_territory (data_space, lower(name));

CREATE TABLE crm_territory_user (
  data_space integer NOT NULL,
  territory_id bigint NOT NULL,
  user_id bigint NOT NULL,
  PRIMARY KEY (data_space, territory_id, user_id)
);

-- The ways that deals take through the stages. An organization without rows has one, with all stages.
CREATE TABLE crm_pipeline (
  data_space integer NOT NULL,
  pipeline_id bigint NOT NULL,
  -- What records hold; stays when the pipeline gets another name.
  value text NOT NULL,
  name text NOT NULL,
  is_default boolean NOT NULL,
  -- Values of the deals' field Stage, in their order.
  stages text[] NOT NULL,
  -- Its deals are on their way to another one; nothing comes in any more.
  ending boolean NOT NULL,
  created_by bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  modified_by bigint NOT NULL,
  modified_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, pipeline_id)
);
CREATE UNIQUE INDEX crm_pipeline_name ON crm_pipeline (data_space, lower(name));
CREATE UNIQUE INDEX crm_pipeline_value ON crm_pipeline (data_space, lower(value));

CREATE TABLE crm_assignment_rule (
  data_space integer NOT NULL,
  rule_id bigint NOT NULL,
  module integer NOT NULL,
  name text NOT NULL,
  description text,
  -- Who gets what no entry is about; null: whoever creates it.
  default_assignee bigint,
  created_by bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  modified_by bigint NOT NULL,
  modified_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, rule_id)
);
CREATE UNIQUE INDEX crm_assignment_rule_name ON crm_assignment_rule (data_space, module, lower(name));

-- The parts of a rule; the first one whose criteria a record fulfils decides.
CREATE TABLE crm_assignment_entry (
  data_space integer NOT NULL,
  rule_id bigint NOT NULL,
  position integer NOT NULL,
  -- Null: every record.
  criteria jsonb,
  -- They take turns.
  users bigint[] NOT NULL,
  turn bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (data_space, rule_id, position)
) WITH (fillfactor = 50);

-- What the platform sends by mail, whoever sends it; kept to be read.
CREATE TABLE mail (
  mail_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id text NOT NULL UNIQUE,
  -- {"name", "email"} each; lists of them.
  sender jsonb NOT NULL,
  reply_to jsonb,
  recipients jsonb NOT NULL,
  cc jsonb NOT NULL,
  bcc jsonb NOT NULL,
  subject text NOT NULL,
  -- html or text
  format text NOT NULL,
  content text NOT NULL,
  -- [{"name", "size", "id"}]
  attachments jsonb NOT NULL,
  created_at_ms bigint NOT NULL,
  -- Later than its creation when it was scheduled.
  send_at_ms bigint NOT NULL
);

-- Which mail is about which record.
CREATE TABLE crm_email (
  data_space integer NOT NULL,
  record_id bigint NOT NULL,
  mail_id bigint NOT NULL,
  sent_by bigint NOT NULL,
  in_reply_to text,
  PRIMARY KEY (data_space, record_id, mail_id)
);

-- The new kinds of administration are for those who administrate already.
UPDATE crm_profile
SET denied_permissions = denied_permissions || ARRAY['Crm_Implied_Manage_Territories', 'Crm_Implied_Manage_Pipelines',
                                                     'Crm_Implied_Manage_Variables']
WHERE 'Crm_Implied_Manage_Roles' = ANY (denied_permissions);
