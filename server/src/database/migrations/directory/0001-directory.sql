-- Clients, with what each data centre allows them, and the home index. Times are milliseconds since 1970.

CREATE TABLE directory_fact (
  name text PRIMARY KEY,
  value text NOT NULL
);

CREATE TABLE client (
  client_id text PRIMARY KEY,
  type text NOT NULL,
  name text NOT NULL,
  homepage_url text,
  redirect_uris text[] NOT NULL,
  javascript_domains text[] NOT NULL,
  -- The data centre the client was registered in, and its owner there.
  data_center text NOT NULL,
  owner_id bigint NOT NULL,
  same_secret boolean NOT NULL,
  created_at_ms bigint NOT NULL,
  updated_at_ms bigint NOT NULL
);
CREATE INDEX client_owner ON client (data_center, owner_id);
CREATE INDEX client_javascript_domain ON client USING gin (javascript_domains);
-- One self client per owner.
CREATE UNIQUE INDEX client_one_self ON client (data_center, owner_id) WHERE type = 'self';

CREATE TABLE client_data_center (
  client_id text NOT NULL REFERENCES client ON DELETE CASCADE,
  data_center text NOT NULL,
  enabled boolean NOT NULL,
  -- SHA-256 of the secret; with "same secret" every row holds that of the registering data centre.
  secret_hash bytea NOT NULL,
  PRIMARY KEY (client_id, data_center)
);

-- Which data centre a sign-in name lives in, by keyed hash: the directory never learns the name.
CREATE TABLE home (
  name_hash bytea PRIMARY KEY,
  data_center text NOT NULL
);

-- Id prefixes of organizations' data spaces: what makes record ids unique across data centres.
CREATE SEQUENCE id_prefix START 1000001 MAXVALUE 9223371;
