-- Which clients a session has given an ID token, each under a session id of its own (`sid`). A row whose session has ended,
-- however it did, waits to be told to its client (OpenID Connect Back-Channel Logout).
CREATE TABLE session_client (
  sid text PRIMARY KEY,
  session_hash bytea REFERENCES session ON DELETE SET NULL,
  client_id text NOT NULL,
  user_id bigint NOT NULL,
  -- When the session would have ended by itself, which is told to nobody.
  session_ends_at_ms bigint NOT NULL,
  attempts int NOT NULL DEFAULT 0,
  next_attempt_at_ms bigint NOT NULL DEFAULT 0,
  UNIQUE (session_hash, client_id)
);
CREATE INDEX session_client_ended ON session_client (next_attempt_at_ms) WHERE session_hash IS NULL;
