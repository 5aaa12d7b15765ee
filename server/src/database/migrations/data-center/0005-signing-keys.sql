-- Keys that sign the ID tokens of this data centre. The private half is sealed with a key that no database holds.

CREATE TABLE signing_key (
  key_id text PRIMARY KEY,
  public_jwk jsonb NOT NULL,
  -- Null once the key can sign no more.
  sealed_private_jwk text,
  created_at_ms bigint NOT NULL,
  -- It is published from its creation, but signs only from here on.
  active_from_ms bigint NOT NULL,
  -- When its successor takes over; null while it has none.
  retired_at_ms bigint,
  -- No ID token signed with it lives longer. Written ahead of the signatures, in steps.
  signed_until_ms bigint NOT NULL DEFAULT 0
);

-- What the ID token of a code's exchange says about the sign-in. The nonce is the client's own text, so any bytes.
ALTER TABLE authorization_code ADD COLUMN nonce bytea;
ALTER TABLE authorization_code ADD COLUMN auth_time_ms bigint;
