-- Jobs and notifications are taken in turns, organization by organization and receiver by receiver: who waits at all is
-- read off these indexes, however much each of them has waiting.
CREATE INDEX crm_job_waiting ON crm_job (organization_id, due_at_ms) WHERE due_at_ms IS NOT NULL;
CREATE INDEX crm_notification_queue ON crm_notification
  (data_space, user_id, channel_id, module, next_attempt_at_ms, notification_id);
