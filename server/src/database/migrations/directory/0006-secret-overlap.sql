-- A client's secret that was replaced may stay valid for a while: beside its newest one each data centre has at most one
-- former secret. When each was made and last used is for the owner, who sees whether the former one can go.
ALTER TABLE client_data_center
  ADD COLUMN secret_created_at_ms bigint,
  ADD COLUMN secret_used_at_ms bigint,
  ADD COLUMN former_hash bytea,
  ADD COLUMN former_sealed text,
  ADD COLUMN former_created_at_ms bigint,
  ADD COLUMN former_used_at_ms bigint,
  ADD COLUMN former_ends_at_ms bigint;
UPDATE client_data_center d SET secret_created_at_ms = c.created_at_ms FROM client c WHERE c.client_id = d.client_id;
ALTER TABLE client_data_center ALTER COLUMN secret_created_at_ms SET NOT NULL;

-- Pages of an owner's clients, newest first, and of all.
DROP INDEX client_owner;
CREATE INDEX client_owner_newest ON client (data_center, owner_id, created_at_ms DESC, client_id DESC);
CREATE INDEX client_newest ON client (created_at_ms DESC, client_id DESC);
