-- Clients that are the APIs of an operator: they may introspect the access tokens of all clients, others only their own.
ALTER TABLE client ADD COLUMN resource_server boolean NOT NULL DEFAULT false;
