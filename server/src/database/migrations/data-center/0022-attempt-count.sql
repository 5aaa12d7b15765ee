-- Tries of what is limited per window (passwords, sign-in names, user codes, requests of devices), by keyed hash of what
-- they are counted for. One statement counts a try before it is made, so the row's lock makes limits exact over all
-- processes.
CREATE TABLE attempt_count (
  key_hash bytea PRIMARY KEY,
  count integer NOT NULL,
  window_ends_ms bigint NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX attempt_count_end ON attempt_count (window_ends_ms);
