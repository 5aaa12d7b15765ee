-- Whoever confirms a sign-in in the console confirms that of the accounts server, which both look at.
ALTER TABLE console_session DROP COLUMN confirmed_at_ms;
