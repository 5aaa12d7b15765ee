-- What an organization sets up for one module (blueprints, locks by rules, pick lists that fields share, …). Each is read
-- and written whole, so its body is one value; its area knows what stands in it.
CREATE TABLE crm_definition (
  data_space integer NOT NULL,
  kind text NOT NULL,
  definition_id bigint NOT NULL,
  -- The module's number; 0 for what belongs to none.
  module integer NOT NULL,
  body jsonb NOT NULL,
  created_by bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  modified_by bigint NOT NULL,
  modified_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, kind, definition_id)
);
