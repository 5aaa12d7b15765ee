-- Settings of one client that differ from the platform's, as a JSON object of dotted names.
ALTER TABLE client ADD COLUMN overrides jsonb NOT NULL DEFAULT '{}';
