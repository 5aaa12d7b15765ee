-- When the password was last typed in a session of the console: what is secret is shown for a short while after it.
ALTER TABLE console_session ADD COLUMN confirmed_at_ms bigint;

-- What happened with one client, newest first, for its owner.
CREATE INDEX protocol_event_client ON protocol_event (client_id, event_id DESC) WHERE client_id IS NOT NULL;
