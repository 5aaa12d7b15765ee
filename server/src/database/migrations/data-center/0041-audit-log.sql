-- The audit log: who did what, when, from where. Entries form a chain of keyed hashes; the key is in no database. They
-- are never changed: the role that the application works with may add and read, and nothing else. Whole months go at once,
-- as partitions.
CREATE TABLE audit_entry (
  sequence bigint NOT NULL,
  at_ms bigint NOT NULL,
  action text NOT NULL,
  outcome text NOT NULL,
  actor text NOT NULL,
  actor_id text,
  user_id text,
  client_id text,
  address text,
  user_agent text,
  request_id text,
  -- JSON, exactly as it was hashed.
  detail text NOT NULL,
  previous_hash bytea NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (sequence, at_ms)
) PARTITION BY RANGE (at_ms);
CREATE INDEX audit_entry_action ON audit_entry (action, sequence);
CREATE INDEX audit_entry_user ON audit_entry (user_id, sequence);
CREATE INDEX audit_entry_client ON audit_entry (client_id, sequence);

-- Makes the partition `name` for the times from `from_ms` up to `to_ms`. It runs as the owner of the table, whom the
-- application is not.
CREATE FUNCTION audit_open_partition(name text, from_ms bigint, to_ms bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  IF name !~ '^audit_entry_[0-9]{4}_[0-9]{2}$' THEN RAISE EXCEPTION 'no name of an audit partition: %', name; END IF;
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I PARTITION OF audit_entry FOR VALUES FROM (%s) TO (%s)', name, from_ms, to_ms);
  EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM PUBLIC, CURRENT_USER', name);
END $$;

-- Drops a partition, but none that holds anything of the 28 days before the newest entry.
CREATE FUNCTION audit_drop_partition(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  newest bigint;
  last bigint;
BEGIN
  IF name !~ '^audit_entry_[0-9]{4}_[0-9]{2}$' THEN RAISE EXCEPTION 'no name of an audit partition: %', name; END IF;
  SELECT max(at_ms) INTO newest FROM audit_entry;
  EXECUTE format('SELECT max(at_ms) FROM %I', name) INTO last;
  IF last > newest - 28::bigint * 86400000 THEN RAISE EXCEPTION 'the audit partition % is too young to go', name; END IF;
  EXECUTE format('DROP TABLE %I', name);
END $$;

-- Also where one role owns everything and does all the work.
REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry FROM PUBLIC, CURRENT_USER;
