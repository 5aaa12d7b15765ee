-- A table of one row that is nowhere but on the coordinator of a cluster. A statement over shards is carried out where they
-- are; the part of it that reads this table is carried out on the coordinator. There pg_notify reaches those who listen.
CREATE TABLE notice_origin (place integer PRIMARY KEY);
INSERT INTO notice_origin (place) VALUES (1);
