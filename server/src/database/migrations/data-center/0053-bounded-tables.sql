-- Tables that grew with time alone (docs/decisions/0091-bounded-tables.md): what has had its time is found by an index.

-- Mails that belong to no record go after some days; those of before, where nothing refers to them, too.
ALTER TABLE mail ADD COLUMN transient boolean NOT NULL DEFAULT false;
UPDATE mail SET transient = true WHERE NOT EXISTS (SELECT FROM crm_email WHERE crm_email.mail_id = mail.mail_id);
CREATE INDEX mail_transient ON mail (send_at_ms) WHERE transient;

-- When a newer refresh token of the same user and client took its place; null: it lives, or was evicted by a release before.
ALTER TABLE refresh_token ADD COLUMN evicted_at_ms bigint;
UPDATE refresh_token SET evicted_at_ms = refresh_token.created_at_ms
FROM user_grant JOIN user_client USING (user_id)
WHERE user_grant.grant_id = refresh_token.grant_id AND user_client.client_id = refresh_token.client_id
  AND refresh_token.counted AND NOT refresh_token.token_hash = ANY (user_client.refresh_hashes);
CREATE INDEX refresh_token_evicted ON refresh_token (evicted_at_ms) WHERE evicted_at_ms IS NOT NULL;

-- Refresh tokens that were rotated away.
CREATE INDEX refresh_generation_replaced ON refresh_generation (replaced_at_ms) WHERE replaced_at_ms IS NOT NULL;

-- Jobs of a kind by their end.
CREATE INDEX crm_job_over ON crm_job (operation, ended_at_ms) WHERE ended_at_ms IS NOT NULL;

-- What a record pointed to goes with it for good.
CREATE INDEX crm_reference_record ON crm_reference (data_space, record_id);

-- Sessions and permissions to add scopes by their end.
CREATE INDEX session_expiry ON session (expires_at_ms);
CREATE INDEX enhance_token_expiry ON enhance_token (expires_at_ms);
