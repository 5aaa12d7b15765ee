-- Which data centre the database is of: one row, written when it is opened first.
CREATE TABLE own_data_center (place integer PRIMARY KEY CHECK (place = 1), id text NOT NULL);
