-- The slot of the user who approved the request: where the data centre that was approved in keeps the code for it. Null for
-- an approval by the release before.
ALTER TABLE device_request ADD COLUMN decided_slot integer;
