-- Requests of devices that wait for their user. They live here, because the user may live in another data centre than
-- the one the device asked. Nothing of the user does: of an approval the directory learns only which data centre has it.

CREATE TABLE device_request (
  -- SHA-256 of the device code (256 random bits); keyed hash of the user code, which is short enough to be guessed.
  device_code_hash bytea PRIMARY KEY,
  user_code_hash bytea NOT NULL UNIQUE,
  client_id text NOT NULL REFERENCES client ON DELETE CASCADE,
  -- Where the device asked.
  data_center text NOT NULL,
  scopes text[] NOT NULL,
  offline boolean NOT NULL,
  created_at_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL,
  -- 'approved' or 'rejected'; null while the user has not answered.
  decision text,
  -- The data centre that holds the approval.
  decided_in text
);
CREATE INDEX device_request_client ON device_request (client_id);
CREATE INDEX device_request_expiry ON device_request (expires_at_ms);

-- The last poll that was in time, per data centre. The row's lock makes the interval exact over all processes.
CREATE TABLE device_poll (
  device_code_hash bytea NOT NULL REFERENCES device_request ON DELETE CASCADE,
  data_center text NOT NULL,
  polled_at_ms bigint NOT NULL,
  PRIMARY KEY (device_code_hash, data_center)
);
