-- Secrets of clients can be told again: beside its hash each is stored sealed (AES-256-GCM) with a key that is derived
-- from the platform's secret key and is in no database. NULL: made before this, or for a client that wants its secrets
-- shown once only.
ALTER TABLE client_data_center ADD COLUMN sealed_secret text;
ALTER TABLE client ADD COLUMN secrets_shown_once boolean NOT NULL DEFAULT false;
