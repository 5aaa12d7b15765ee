-- Entries about a note or an activity that was added to a record: {"module": number, "id": "…"}; their action is
-- related_added. Null for what happened to the record itself.
ALTER TABLE crm_timeline ADD COLUMN related jsonb;
