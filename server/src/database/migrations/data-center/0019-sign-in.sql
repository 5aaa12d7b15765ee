-- When a session was last used, for the limit of idleness, and by which program, for the operator who ends one.
ALTER TABLE session ADD COLUMN last_used_at_ms bigint;
UPDATE session SET last_used_at_ms = created_at_ms;
ALTER TABLE session ALTER COLUMN last_used_at_ms SET NOT NULL;
ALTER TABLE session ADD COLUMN user_agent text;

-- Sign-ins carried over from another data centre that were taken up here: each counts once.
CREATE TABLE used_hop (
  nonce bytea PRIMARY KEY,
  expires_at_ms bigint NOT NULL
);
CREATE INDEX used_hop_expiry ON used_hop (expires_at_ms);
