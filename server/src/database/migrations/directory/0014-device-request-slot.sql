-- The slot of the user who approved the request: where the data centre that it was approved in keeps the code for it. Under a
-- mask, so that the directory learns nothing of the user; null for an approval by the release before.
ALTER TABLE device_request ADD COLUMN masked_slot integer;
