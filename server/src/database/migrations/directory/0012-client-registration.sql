-- Dynamic registration (RFC 7591, RFC 7592). The hash of the token with which a client that registered itself reads,
-- changes and deletes its registration; null: an operator or a user registered it.
ALTER TABLE client ADD COLUMN registration_hash bytea;
-- How it says that it authenticates; null where nobody asked.
ALTER TABLE client ADD COLUMN auth_method text;

-- Initial access tokens: who has one may register clients, which then belong to its owner.
CREATE TABLE registration_token (
  token_hash bytea PRIMARY KEY,
  data_center text NOT NULL,
  owner_id bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL
);
