-- Delivery of mails by SMTP, where there is a server for it. Mails of before stay in the outbox.
ALTER TABLE mail ADD COLUMN tries integer NOT NULL DEFAULT 0;
-- When it is tried next; null: not any more.
ALTER TABLE mail ADD COLUMN next_try_ms bigint;
ALTER TABLE mail ALTER COLUMN next_try_ms SET DEFAULT 0;
ALTER TABLE mail ADD COLUMN sent_at_ms bigint;
-- What the mail server said last.
ALTER TABLE mail ADD COLUMN failure text;
-- Its content gives access (a link to reset a password): it goes with the delivery.
ALTER TABLE mail ADD COLUMN confidential boolean NOT NULL DEFAULT false;
CREATE INDEX mail_due ON mail (next_try_ms) WHERE next_try_ms IS NOT NULL;
