-- What a table that is distributed by its data space needs: the data space in every unique key, and nothing but rows to
-- lock (docs/decisions/0086-distribution-by-data-space.md).

-- Statements of the release before find their rows by the second column still.
ALTER TABLE crm_notification DROP CONSTRAINT crm_notification_pkey;
ALTER TABLE crm_notification ADD CONSTRAINT crm_notification_pkey PRIMARY KEY (data_space, notification_id);

-- Jobs get their turns by data space; crm_job_waiting, by organization, stays for the release before.
CREATE INDEX crm_job_turn ON crm_job (data_space, due_at_ms) WHERE due_at_ms IS NOT NULL;

-- Whoever holds the row of a name is the only one in its data space to do what the name says.
CREATE TABLE crm_space_lock (
  data_space integer NOT NULL,
  name text NOT NULL,
  PRIMARY KEY (data_space, name)
) WITH (fillfactor = 50);
