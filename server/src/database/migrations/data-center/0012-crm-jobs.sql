-- Jobs of every kind are rows of one table with one queue: bulk reads and writes, imports, mass actions over custom
-- views, audit-log exports, emptying the recycle bin.
ALTER TABLE crm_bulk_job RENAME TO crm_job;
ALTER INDEX crm_bulk_job_pkey RENAME TO crm_job_pkey;
ALTER INDEX crm_bulk_job_due RENAME TO crm_job_due;
ALTER INDEX crm_bulk_job_ended RENAME TO crm_job_ended;

-- A mass action was going to have a table and a queue of its own.
DROP TABLE crm_mass_job;

-- One mass action of a kind at a time over a custom view.
CREATE UNIQUE INDEX crm_job_of_view ON crm_job (data_space, operation, (request ->> 'module'), (request ->> 'view'))
  WHERE ended_at_ms IS NULL AND request ? 'view';

-- The records of a mass action: those of the moment when it was asked for, some hundreds in a row.
CREATE TABLE crm_job_records (
  data_space integer NOT NULL,
  job_id bigint NOT NULL,
  -- Number of the first of these records among all of the job, from 0.
  place integer NOT NULL,
  ids bigint[] NOT NULL,
  PRIMARY KEY (data_space, job_id, place)
);

-- When an upload that no record came to refer to is thrown away; null: something refers to the file.
ALTER TABLE crm_file ADD COLUMN expires_at_ms bigint;
CREATE INDEX crm_file_expiry ON crm_file (expires_at_ms) WHERE expires_at_ms IS NOT NULL;

-- Audit logs go by time. That a record was added, it says itself, in the bin as well.
CREATE INDEX crm_timeline_time ON crm_timeline (data_space, at_ms, entry_id);
CREATE INDEX crm_deleted_record_created ON crm_deleted_record (data_space, module, created_at_ms, record_id);

-- What is deleted for good is still listed as that for a while, without its data.
ALTER TABLE crm_deleted_record ADD COLUMN purged_at_ms bigint;
CREATE INDEX crm_deleted_record_bin ON crm_deleted_record (deleted_at_ms) WHERE purged_at_ms IS NULL;
CREATE INDEX crm_deleted_record_purged ON crm_deleted_record (purged_at_ms) WHERE purged_at_ms IS NOT NULL;
