-- Mails that were sent or received elsewhere and belong to a record here: nobody delivers them, and no outbox has them.
ALTER TABLE mail ADD COLUMN elsewhere boolean NOT NULL DEFAULT false;
ALTER TABLE crm_email ADD COLUMN received boolean NOT NULL DEFAULT false;
-- The id in the header of a mail from elsewhere.
ALTER TABLE crm_email ADD COLUMN original_id text;
CREATE UNIQUE INDEX crm_email_original ON crm_email (data_space, record_id, original_id) WHERE original_id IS NOT NULL;
-- Another record that the mail is about as well.
ALTER TABLE crm_email ADD COLUMN linked_module integer;
ALTER TABLE crm_email ADD COLUMN linked_id bigint;
