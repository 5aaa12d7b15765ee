-- The role of API processes that ask the accounts server about tokens (docs/scale.md, "An API that asks the accounts server"): it
-- has no rights on the tables of users, sessions, grants and tokens. Run it as the owner of the tables when these are there, and
-- again after a release with new ones, and after a restore:
--
--   psql --set ON_ERROR_STOP=1 --set api_password=… --file deploy/postgres/api-rights.sql postgres://owner@host/directory
--
-- Where the databases have other names than `directory` and `dc_us`, `--set directory=…` and `--set data_center=…` tell them. For
-- each further data centre it is run again with its own.
\if :{?api_password}
\else
  DO $$ BEGIN RAISE EXCEPTION 'expected the password of grantway_api: --set api_password=…'; END $$;
  \quit
\endif
\if :{?directory}
\else
  \set directory directory
\endif
\if :{?data_center}
\else
  \set data_center dc_us
\endif
SELECT 'CREATE ROLE grantway_api' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'grantway_api') \gexec
ALTER ROLE grantway_api LOGIN PASSWORD :'api_password';

\connect :data_center
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO grantway_api;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO grantway_api;
REVOKE INSERT, UPDATE, DELETE ON migration FROM grantway_api;
REVOKE UPDATE, DELETE ON audit_entry FROM grantway_api;
REVOKE ALL ON access_token, attempt_count, authorization_code, console_session, enhance_token, mailed_link, outside_identity,
  outside_provider, outside_request, passkey, recovery_code, refresh_generation, refresh_token, session, session_client, session_grant,
  signing_key, totp_secret, used_hop, used_proof, user_account, user_address, user_client, user_grant FROM grantway_api;

\connect :directory
GRANT SELECT, INSERT, UPDATE ON directory_fact TO grantway_api;
GRANT SELECT ON migration TO grantway_api;
