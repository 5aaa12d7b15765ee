-- What keeps accounts safe: addresses that were proven, links sent by mail, second factors, passkeys, outside sign-ins.

-- When the address was proven to be the user's; those of before were given by an operator, who answers for them.
ALTER TABLE user_account ADD COLUMN email_verified_at_ms bigint;
UPDATE user_account SET email_verified_at_ms = created_at_ms;

-- What a link in a mail allows, once: to set a password, to prove an address, to sign up.
CREATE TABLE mailed_link (
  link_hash bytea PRIMARY KEY,
  purpose text NOT NULL,
  -- Null for somebody who signs up.
  user_id bigint REFERENCES user_account ON DELETE CASCADE,
  email text NOT NULL,
  -- What was typed with it.
  data jsonb NOT NULL,
  expires_at_ms bigint NOT NULL
);
CREATE INDEX mailed_link_user ON mailed_link (user_id, purpose);
CREATE INDEX mailed_link_expiry ON mailed_link (expires_at_ms);

-- How the user of a session signed in (RFC 8176); what was before was by password.
ALTER TABLE session ADD COLUMN amr text[] NOT NULL DEFAULT '{pwd}';
ALTER TABLE authorization_code ADD COLUMN amr text[];
-- When the user last proved to be the one who signed in, for sensitive actions; null: at the sign-in.
ALTER TABLE session ADD COLUMN confirmed_at_ms bigint;

-- Codes of an authenticator app (RFC 6238). The secret is sealed with a key that is in no database.
CREATE TABLE totp_secret (
  user_id bigint PRIMARY KEY REFERENCES user_account ON DELETE CASCADE,
  sealed_secret text NOT NULL,
  created_at_ms bigint NOT NULL,
  -- Null until its first code was typed: it does not count before.
  confirmed_at_ms bigint,
  -- The time step of the last code: none counts twice.
  last_step bigint NOT NULL DEFAULT 0
);

CREATE TABLE recovery_code (
  user_id bigint NOT NULL REFERENCES user_account ON DELETE CASCADE,
  code_hash bytea NOT NULL,
  used_at_ms bigint,
  PRIMARY KEY (user_id, code_hash)
);

-- Public keys of passkeys (WebAuthn).
CREATE TABLE passkey (
  credential_id text PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES user_account ON DELETE CASCADE,
  public_key bytea NOT NULL,
  counter bigint NOT NULL,
  transports text[] NOT NULL,
  name text NOT NULL,
  created_at_ms bigint NOT NULL,
  last_used_at_ms bigint
);
CREATE INDEX passkey_user ON passkey (user_id);

-- Users of outside OpenID providers, and which of ours they are.
CREATE TABLE outside_identity (
  provider text NOT NULL,
  subject text NOT NULL,
  user_id bigint NOT NULL REFERENCES user_account ON DELETE CASCADE,
  email text,
  linked_at_ms bigint NOT NULL,
  last_used_at_ms bigint,
  PRIMARY KEY (provider, subject)
);
CREATE INDEX outside_identity_user ON outside_identity (user_id);
