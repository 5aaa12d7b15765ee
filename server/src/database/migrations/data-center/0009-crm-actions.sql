-- What calls do besides reading and writing records: credits, idempotency keys, notifications, mass jobs, locks,
-- variables.

-- API credits of an organization, in slots of ten minutes; processes take them from here in blocks.
CREATE TABLE crm_credit_use (
  organization_id bigint NOT NULL,
  slot_ms bigint NOT NULL,
  used bigint NOT NULL,
  PRIMARY KEY (organization_id, slot_ms)
);
CREATE INDEX crm_credit_use_slot ON crm_credit_use (slot_ms);

-- Answers to creates with an Idempotency-Key. The row is written with what the call creates, in one transaction.
CREATE TABLE crm_idempotency_key (
  data_space integer NOT NULL,
  client_id text NOT NULL,
  user_id bigint NOT NULL,
  idempotency_key text NOT NULL,
  request_digest text NOT NULL,
  -- Null only inside the transaction that makes the row.
  status integer,
  answer text,
  expires_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, client_id, user_id, idempotency_key)
);
CREATE INDEX crm_idempotency_key_expiry ON crm_idempotency_key (expires_at_ms);

-- What a channel of a user watches in one module.
CREATE TABLE crm_watch (
  data_space integer NOT NULL,
  user_id bigint NOT NULL,
  channel_id bigint NOT NULL,
  module integer NOT NULL,
  client_id text NOT NULL,
  -- insert, update, delete
  operations text[] NOT NULL,
  notify_url text NOT NULL,
  token text,
  -- Tell of a change only when these fields changed (one of them, or all); null: of every change.
  condition_fields text[],
  condition_all boolean NOT NULL,
  -- As the request had it.
  condition jsonb,
  return_values boolean NOT NULL,
  related boolean NOT NULL,
  created_at_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, user_id, channel_id, module)
);
CREATE INDEX crm_watch_module ON crm_watch (data_space, module);
CREATE INDEX crm_watch_expiry ON crm_watch (expires_at_ms);

-- Notifications to be sent, written by the statement that changes the records: what is rolled back is not told.
CREATE TABLE crm_notification (
  notification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  data_space integer NOT NULL,
  user_id bigint NOT NULL,
  channel_id bigint NOT NULL,
  module integer NOT NULL,
  operation text NOT NULL,
  -- [{"id", "fields": [...], "values": {...}}]; fields and values for updates only.
  changes jsonb NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at_ms bigint NOT NULL DEFAULT 0
);
CREATE INDEX crm_notification_next ON crm_notification (next_attempt_at_ms, notification_id);

CREATE FUNCTION crm_record_watched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM crm_watch) THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO crm_notification (data_space, user_id, channel_id, module, operation, changes)
      SELECT watch.data_space, watch.user_id, watch.channel_id, watch.module, 'update',
             jsonb_agg(jsonb_build_object('id', change.record_id::text, 'fields', change.fields, 'values', change.values))
      FROM crm_watch AS watch
      JOIN (
        SELECT data_space, module, record_id, differing.fields, differing.values,
               (row_number() OVER (PARTITION BY data_space, module ORDER BY record_id) - 1) / 100 AS part
        FROM changed_from JOIN changed_to USING (data_space, module, record_id),
             LATERAL (
               SELECT jsonb_agg(field ORDER BY field) AS fields, jsonb_object_agg(field, value) AS values
               FROM (
                 SELECT key AS field, changed_to.data -> key AS value
                 FROM jsonb_object_keys(changed_from.data || changed_to.data) AS key
                 WHERE changed_from.data -> key IS DISTINCT FROM changed_to.data -> key AND key <> 'Locked__s'
                 UNION ALL
                 SELECT 'Owner', to_jsonb(changed_to.owner_id::text)
                 WHERE changed_from.owner_id <> changed_to.owner_id
               ) AS part
             ) AS differing
        WHERE differing.fields IS NOT NULL
      ) AS change USING (data_space, module)
      WHERE 'update' = ANY (watch.operations)
        AND (watch.condition_fields IS NULL
             OR CASE WHEN watch.condition_all THEN change.fields ?& watch.condition_fields
                     ELSE change.fields ?| watch.condition_fields END)
      GROUP BY watch.data_space, watch.user_id, watch.channel_id, watch.module, change.part;
  ELSE
    INSERT INTO crm_notification (data_space, user_id, channel_id, module, operation, changes)
      SELECT watch.data_space, watch.user_id, watch.channel_id, watch.module, lower(TG_OP),
             jsonb_agg(jsonb_build_object('id', change.record_id::text))
      FROM crm_watch AS watch
      JOIN (
        SELECT data_space, module, record_id,
               (row_number() OVER (PARTITION BY data_space, module ORDER BY record_id) - 1) / 100 AS part
        FROM changed_to
      ) AS change USING (data_space, module)
      WHERE lower(TG_OP) = ANY (watch.operations)
      GROUP BY watch.data_space, watch.user_id, watch.channel_id, watch.module, change.part;
  END IF;
  IF FOUND THEN
    PERFORM pg_notify('grantway', 'crm-notification:');
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER crm_record_watched_insert AFTER INSERT ON crm_record
  REFERENCING NEW TABLE AS changed_to FOR EACH STATEMENT EXECUTE FUNCTION crm_record_watched();
CREATE TRIGGER crm_record_watched_update AFTER UPDATE ON crm_record
  REFERENCING OLD TABLE AS changed_from NEW TABLE AS changed_to
  FOR EACH STATEMENT EXECUTE FUNCTION crm_record_watched();
CREATE TRIGGER crm_record_watched_delete AFTER DELETE ON crm_record
  REFERENCING OLD TABLE AS changed_to FOR EACH STATEMENT EXECUTE FUNCTION crm_record_watched();

-- Mass actions over the records of a custom view. The ids are those of the moment when the job was asked for.
CREATE TABLE crm_mass_job (
  data_space integer NOT NULL,
  job_id bigint NOT NULL,
  module integer NOT NULL,
  -- update, delete, owner
  kind text NOT NULL,
  view_id bigint NOT NULL,
  -- SCHEDULED, RUNNING, COMPLETED, FAILED
  status text NOT NULL,
  -- Who asked, with which version of the API, and for what.
  organization_id bigint NOT NULL,
  environment text NOT NULL,
  user_id bigint NOT NULL,
  version text NOT NULL,
  request jsonb NOT NULL,
  ids bigint[] NOT NULL,
  -- Ids before this place are done.
  next_place integer NOT NULL DEFAULT 0,
  changed_count integer NOT NULL DEFAULT 0,
  unchanged_count integer NOT NULL DEFAULT 0,
  failed_count integer NOT NULL DEFAULT 0,
  created_at_ms bigint NOT NULL,
  -- A process works on it until then.
  leased_until_ms bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (data_space, job_id)
);
CREATE INDEX crm_mass_job_open ON crm_mass_job (leased_until_ms) WHERE status IN ('SCHEDULED', 'RUNNING');
CREATE UNIQUE INDEX crm_mass_job_of_view ON crm_mass_job (data_space, module, kind, view_id)
  WHERE status IN ('SCHEDULED', 'RUNNING');

-- Locks of records. That a record is locked also stands in its data (Locked__s), where every writer sees it.
CREATE TABLE crm_record_lock (
  data_space integer NOT NULL,
  module integer NOT NULL,
  record_id bigint NOT NULL,
  lock_id bigint NOT NULL,
  reason text,
  locked_by bigint NOT NULL,
  locked_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, module, record_id)
);

CREATE TABLE crm_variable_group (
  data_space integer NOT NULL,
  group_id bigint NOT NULL,
  name text NOT NULL,
  api_name text NOT NULL,
  description text,
  PRIMARY KEY (data_space, group_id)
);
CREATE UNIQUE INDEX crm_variable_group_name ON crm_variable_group (data_space, lower(api_name));

CREATE TABLE crm_variable (
  data_space integer NOT NULL,
  variable_id bigint NOT NULL,
  name text NOT NULL,
  api_name text NOT NULL,
  type text NOT NULL,
  -- As on the wire, in JSON.
  value jsonb NOT NULL,
  group_id bigint NOT NULL,
  description text,
  created_by bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  modified_by bigint NOT NULL,
  modified_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, variable_id)
);
CREATE UNIQUE INDEX crm_variable_name ON crm_variable (data_space, lower(api_name));
