-- Keys that had to go at once: they are published no more, whatever they have signed.
ALTER TABLE signing_key ADD COLUMN revoked_at_ms bigint;
