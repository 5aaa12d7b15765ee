-- The flow inspector: events joined by what the protocol carries.
ALTER TABLE protocol_event
  ADD COLUMN flow_id text,
  -- Request and answer, secrets masked; null where the event is of no request.
  ADD COLUMN exchange jsonb,
  -- What the row takes, for the bound of the store.
  ADD COLUMN bytes integer NOT NULL DEFAULT 500;
CREATE INDEX protocol_event_flow ON protocol_event (flow_id, event_id) WHERE flow_id IS NOT NULL;
CREATE INDEX protocol_event_request ON protocol_event (request_id) WHERE request_id IS NOT NULL;

-- One row for each flow that has a step at this data centre. The same id at several data centres is one flow.
CREATE TABLE flow (
  flow_id text PRIMARY KEY,
  client_id text,
  user_id bigint,
  started_at_ms bigint NOT NULL,
  last_at_ms bigint NOT NULL,
  failed boolean NOT NULL,
  steps integer NOT NULL
);
CREATE INDEX flow_start ON flow (started_at_ms DESC, flow_id);
CREATE INDEX flow_client ON flow (client_id, started_at_ms DESC) WHERE client_id IS NOT NULL;
CREATE INDEX flow_last ON flow (last_at_ms);

-- Which flow a code, a token, a session with a client, … belongs to; the key is a fingerprint.
CREATE TABLE flow_link (
  key text PRIMARY KEY,
  flow_id text NOT NULL,
  client_id text,
  at_ms bigint NOT NULL
);
CREATE INDEX flow_link_time ON flow_link (at_ms);
CREATE INDEX flow_link_flow ON flow_link (flow_id);
