-- What is counted per user and client. The row's lock makes its limits exact over all processes.

CREATE TABLE user_client (
  user_id bigint NOT NULL REFERENCES user_account ON DELETE CASCADE,
  client_id text NOT NULL,
  -- Fixed windows of codes (and implicit tokens) and of refresh tokens.
  code_window_start_ms bigint NOT NULL DEFAULT 0,
  code_window_count integer NOT NULL DEFAULT 0,
  refresh_window_start_ms bigint NOT NULL DEFAULT 0,
  refresh_window_count integer NOT NULL DEFAULT 0,
  -- The living refresh tokens, oldest first.
  refresh_hashes bytea[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (user_id, client_id)
);

-- A counted refresh token lives only as long as its user and client's row lists it.
ALTER TABLE refresh_token ADD COLUMN counted boolean NOT NULL DEFAULT false;

-- The code that an access token was first made with: the strict profile ends the tokens of a code that is used again.
ALTER TABLE access_token ADD COLUMN code_hash bytea;
ALTER TABLE refresh_token ADD COLUMN code_hash bytea;
CREATE INDEX access_token_code ON access_token (code_hash) WHERE code_hash IS NOT NULL;
CREATE INDEX refresh_token_code ON refresh_token (code_hash) WHERE code_hash IS NOT NULL;

-- Instance-level authorization: an administrator's grant for the whole organization, which outlives his account.
ALTER TABLE user_grant ADD COLUMN instance boolean NOT NULL DEFAULT false;
ALTER TABLE user_grant DROP CONSTRAINT user_grant_user_id_client_id_organization_id_environment_key;
ALTER TABLE user_grant ADD CONSTRAINT user_grant_target
  UNIQUE NULLS NOT DISTINCT (user_id, client_id, organization_id, environment, instance);

-- Incremental authorization: the token that lets a browser add scopes to a refresh token.
CREATE TABLE enhance_token (
  token_hash bytea PRIMARY KEY,
  refresh_hash bytea NOT NULL REFERENCES refresh_token ON DELETE CASCADE,
  expires_at_ms bigint NOT NULL,
  used_at_ms bigint
);
CREATE INDEX enhance_token_refresh ON enhance_token (refresh_hash);
