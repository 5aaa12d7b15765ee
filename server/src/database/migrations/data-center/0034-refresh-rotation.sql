-- Rotation of refresh tokens. A family is the row of its first token, from which access tokens, limits and grants hang
-- as ever; what replaced that token points to it. Successors are derived from their predecessor with a key that is in no
-- database, so here are hashes only.
CREATE TABLE refresh_generation (
  token_hash bytea PRIMARY KEY,
  family_hash bytea NOT NULL REFERENCES refresh_token ON DELETE CASCADE,
  -- Null for the newest one.
  replaced_at_ms bigint
);
CREATE INDEX refresh_generation_family ON refresh_generation (family_hash);

-- The token of the family that counts; null while that is its first. Under the row's lock it says who rotates.
ALTER TABLE refresh_token ADD COLUMN newest_hash bytea;
