-- Sign-in by an outside OpenID provider.
CREATE TABLE outside_provider (
  provider_id text PRIMARY KEY,
  name text NOT NULL,
  issuer text NOT NULL,
  client_id text NOT NULL,
  -- Sealed with a key that is in no database.
  sealed_secret text NOT NULL,
  scopes text NOT NULL,
  created_at_ms bigint NOT NULL
);
ALTER TABLE outside_identity ADD CONSTRAINT outside_identity_provider
  FOREIGN KEY (provider) REFERENCES outside_provider ON DELETE CASCADE;

-- Browsers that are on their way to a provider and back; each comes back once.
CREATE TABLE outside_request (
  state_hash bytea PRIMARY KEY,
  provider_id text NOT NULL REFERENCES outside_provider ON DELETE CASCADE,
  browser text NOT NULL,
  nonce text NOT NULL,
  verifier text NOT NULL,
  continue_to text NOT NULL,
  -- Who links; null for a sign-in.
  user_id bigint REFERENCES user_account ON DELETE CASCADE,
  expires_at_ms bigint NOT NULL
);
CREATE INDEX outside_request_expiry ON outside_request (expires_at_ms);
