-- The API console signs in through the accounts server; its sessions end with the accounts session behind them.
ALTER TABLE authorization_code ADD COLUMN session_hash bytea;

CREATE TABLE console_session (
  session_hash bytea PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES user_account ON DELETE CASCADE,
  accounts_session_hash bytea NOT NULL REFERENCES session ON DELETE CASCADE,
  created_at_ms bigint NOT NULL
);
CREATE INDEX console_session_accounts ON console_session (accounts_session_hash);

-- Operators see and change everything of their data centre in the console.
ALTER TABLE user_account ADD COLUMN operator boolean NOT NULL DEFAULT false;
