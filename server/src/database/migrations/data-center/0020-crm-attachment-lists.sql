-- Attachments of all records in one list: by their ids, and by when they came.
CREATE INDEX crm_attachment_by_id ON crm_attachment (data_space, attachment_id);
CREATE INDEX crm_attachment_by_time ON crm_attachment (data_space, created_at_ms, attachment_id);
