-- The authorization server of one data centre. Times are milliseconds since 1970; secrets are stored as SHA-256.

CREATE TABLE user_account (
  user_id bigint PRIMARY KEY,
  -- As typed, and folded for look-ups.
  email text NOT NULL,
  email_folded text NOT NULL UNIQUE,
  password_hash text NOT NULL,
  first_name text NOT NULL,
  last_name text NOT NULL,
  active boolean NOT NULL,
  created_at_ms bigint NOT NULL
);

CREATE TABLE session (
  session_hash bytea PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES user_account ON DELETE CASCADE,
  created_at_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL
);
CREATE INDEX session_of_user ON session (user_id);

-- A user's authorization of a client, for one organization and environment. Codes and tokens hang from it.
CREATE TABLE user_grant (
  grant_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES user_account ON DELETE CASCADE,
  client_id text NOT NULL,
  -- Null when no scope is bound to an organization.
  organization_id bigint,
  environment text NOT NULL,
  scopes text[] NOT NULL,
  created_at_ms bigint NOT NULL,
  updated_at_ms bigint NOT NULL,
  UNIQUE NULLS NOT DISTINCT (user_id, client_id, organization_id, environment)
);
CREATE INDEX user_grant_client ON user_grant (client_id);

-- "Grant access for the entire session": what /auth/refresh may renew without a page.
CREATE TABLE session_grant (
  session_hash bytea NOT NULL REFERENCES session ON DELETE CASCADE,
  grant_id bigint NOT NULL REFERENCES user_grant ON DELETE CASCADE,
  scopes text[] NOT NULL,
  PRIMARY KEY (session_hash, grant_id)
);

CREATE TABLE authorization_code (
  code_hash bytea PRIMARY KEY,
  grant_id bigint NOT NULL REFERENCES user_grant ON DELETE CASCADE,
  client_id text NOT NULL,
  -- Null for codes that a self client makes: they come without a redirect.
  redirect_uri text,
  scopes text[] NOT NULL,
  code_challenge text,
  code_challenge_method text,
  -- Whether the exchange yields a refresh token (offline access, and consent was shown).
  offline boolean NOT NULL,
  created_at_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL,
  used_at_ms bigint
);
CREATE INDEX authorization_code_grant ON authorization_code (grant_id);
CREATE INDEX authorization_code_expiry ON authorization_code (expires_at_ms);

CREATE TABLE refresh_token (
  token_hash bytea PRIMARY KEY,
  grant_id bigint NOT NULL REFERENCES user_grant ON DELETE CASCADE,
  client_id text NOT NULL,
  scopes text[] NOT NULL,
  created_at_ms bigint NOT NULL,
  -- The active access tokens, oldest first, with their ends: the row's lock makes the limit exact over all processes.
  active_hashes bytea[] NOT NULL DEFAULT '{}',
  active_ends_ms bigint[] NOT NULL DEFAULT '{}',
  -- Fixed window of token creations.
  window_start_ms bigint NOT NULL DEFAULT 0,
  window_count integer NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
CREATE INDEX refresh_token_grant ON refresh_token (grant_id);

CREATE TABLE access_token (
  token_hash bytea PRIMARY KEY,
  grant_id bigint NOT NULL REFERENCES user_grant ON DELETE CASCADE,
  -- The refresh token it was made with, if any; the access token dies with it.
  refresh_hash bytea,
  client_id text NOT NULL,
  scopes text[] NOT NULL,
  -- Counted against the limit of active ones: it lives only as long as its refresh token lists it.
  counted boolean NOT NULL DEFAULT false,
  created_at_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL
);
CREATE INDEX access_token_grant ON access_token (grant_id);
CREATE INDEX access_token_expiry ON access_token (expires_at_ms);

-- Protocol events: what happened and, for failures, the exact outcome with compared values. Never a secret.
CREATE TABLE protocol_event (
  event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at_ms bigint NOT NULL,
  kind text NOT NULL,
  outcome text NOT NULL,
  client_id text,
  user_id bigint,
  request_id text,
  detail jsonb NOT NULL
);
CREATE INDEX protocol_event_time ON protocol_event (at_ms);
