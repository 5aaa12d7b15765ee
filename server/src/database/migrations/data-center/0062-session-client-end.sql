-- Tables in shards have no foreign key that unties a session's clients when the session ends: statements do it, and what is
-- left of sessions that ended by themselves goes by its time.
CREATE INDEX session_client_end ON session_client (session_ends_at_ms);
