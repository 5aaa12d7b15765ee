-- What processes tell each other about writes, so that lists from a read replica miss none that was answered
-- (docs/decisions/0090-reads-from-a-replica.md). Empty where no data centre has a replica.
CREATE TABLE crm_write_mark (
  -- 0: how far the writer counts, seen by itself on the replica.
  data_space integer NOT NULL,
  -- A process, by a number of its own.
  writer bigint NOT NULL,
  -- The writer may be writing in the data space, until its time.
  open boolean NOT NULL,
  -- Another one with every change.
  version bigint NOT NULL,
  expires_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, writer)
) WITH (fillfactor = 50);
