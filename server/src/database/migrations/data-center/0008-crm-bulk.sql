-- Bulk reads, bulk writes and imports.

-- A job. Its row is its place in the queue as well: workers take what is due with FOR UPDATE SKIP LOCKED.
CREATE TABLE crm_bulk_job (
  data_space integer NOT NULL,
  job_id bigint NOT NULL,
  organization_id bigint NOT NULL,
  environment text NOT NULL,
  -- read, write or import
  operation text NOT NULL,
  -- added, running, completed or failed
  state text NOT NULL,
  -- What was asked for, checked.
  request jsonb NOT NULL,
  -- How far the job is; written in one transaction with what it says was done.
  progress jsonb NOT NULL,
  result jsonb,
  file_id text,
  -- Times of the last downloads, in milliseconds.
  downloads bigint[] NOT NULL DEFAULT '{}',
  created_by bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  ended_at_ms bigint,
  -- When a worker is to look at it; while one works on it, when others may take it over; null: nothing is left to do.
  due_at_ms bigint,
  -- Whoever holds this may write progress.
  lease text,
  attempts integer NOT NULL DEFAULT 0,
  PRIMARY KEY (data_space, job_id)
);
CREATE INDEX crm_bulk_job_due ON crm_bulk_job (due_at_ms) WHERE due_at_ms IS NOT NULL;
CREATE INDEX crm_bulk_job_ended ON crm_bulk_job (ended_at_ms) WHERE ended_at_ms IS NOT NULL;

-- Zip files that were uploaded for bulk writes.
CREATE TABLE crm_bulk_upload (
  data_space integer NOT NULL,
  upload_id bigint NOT NULL,
  file_id text NOT NULL,
  -- Names of the CSV files in it.
  entries text[] NOT NULL,
  created_by bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, upload_id)
);
CREATE INDEX crm_bulk_upload_created ON crm_bulk_upload (created_at_ms);

-- What became of the rows of a bulk write: lines of the result file, by the rows that they speak of.
CREATE TABLE crm_bulk_lines (
  data_space integer NOT NULL,
  job_id bigint NOT NULL,
  resource integer NOT NULL,
  first_row integer NOT NULL,
  lines text NOT NULL,
  PRIMARY KEY (data_space, job_id, resource, first_row)
);

-- A value as a cell of a CSV file.
CREATE FUNCTION crm_csv(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value ~ '[",\r\n]' THEN '"' || replace(value, '"', '""') || '"' ELSE coalesce(value, '') END;

-- A time as the wire shows it: in a time zone, with its offset.
CREATE FUNCTION crm_csv_time(at_ms bigint, zone text) RETURNS text LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
DECLARE
  at timestamptz := to_timestamp(floor(at_ms / 1000.0));
  local timestamp := timezone(zone, at);
  east interval := local - timezone('UTC', at);
BEGIN
  RETURN to_char(local, 'YYYY-MM-DD"T"HH24:MI:SS') || CASE WHEN east < interval '0' THEN '-' ELSE '+' END
    || to_char(CASE WHEN east < interval '0' THEN -east ELSE east END, 'HH24:MI');
END $$;
