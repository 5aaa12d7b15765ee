-- Groups of fields in the conditions of notifications stand inside each other: a change is told when all fields of one of
-- these sets changed; null: every change is.
ALTER TABLE crm_watch ADD COLUMN condition_sets jsonb;
UPDATE crm_watch
SET condition_sets = CASE WHEN condition_all THEN jsonb_build_array(to_jsonb(condition_fields))
                          ELSE (SELECT coalesce(jsonb_agg(jsonb_build_array(field)), '[]')
                                FROM unnest(condition_fields) AS field) END
WHERE condition_fields IS NOT NULL;
ALTER TABLE crm_watch DROP COLUMN condition_fields, DROP COLUMN condition_all;

CREATE OR REPLACE FUNCTION crm_record_watched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM crm_watch) THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO crm_notification (data_space, user_id, channel_id, module, operation, changes)
      SELECT watch.data_space, watch.user_id, watch.channel_id, watch.module, 'update',
             jsonb_agg(jsonb_build_object('id', change.record_id::text, 'fields', change.fields, 'values', change.values))
      FROM crm_watch AS watch
      JOIN (
        SELECT data_space, module, record_id, differing.fields, differing.values,
               (row_number() OVER (PARTITION BY data_space, module ORDER BY record_id) - 1) / 100 AS part
        FROM changed_from JOIN changed_to USING (data_space, module, record_id),
             LATERAL (
               SELECT jsonb_agg(field ORDER BY field) AS fields, jsonb_object_agg(field, value) AS values
               FROM (
                 SELECT key AS field, changed_to.data -> key AS value
                 FROM jsonb_object_keys(changed_from.data || changed_to.data) AS key
                 WHERE changed_from.data -> key IS DISTINCT FROM changed_to.data -> key AND key <> 'Locked__s'
                 UNION ALL
                 SELECT 'Owner', to_jsonb(changed_to.owner_id::text)
                 WHERE changed_from.owner_id <> changed_to.owner_id
               ) AS part
             ) AS differing
        WHERE differing.fields IS NOT NULL
      ) AS change USING (data_space, module)
      WHERE 'update' = ANY (watch.operations)
        AND (watch.condition_sets IS NULL
             OR EXISTS (SELECT FROM jsonb_array_elements(watch.condition_sets) AS keys WHERE change.fields @> keys))
      GROUP BY watch.data_space, watch.user_id, watch.channel_id, watch.module, change.part;
  ELSE
    INSERT INTO crm_notification (data_space, user_id, channel_id, module, operation, changes)
      SELECT watch.data_space, watch.user_id, watch.channel_id, watch.module, lower(TG_OP),
             jsonb_agg(jsonb_build_object('id', change.record_id::text))
      FROM crm_watch AS watch
      JOIN (
        SELECT data_space, module, record_id,
               (row_number() OVER (PARTITION BY data_space, module ORDER BY record_id) - 1) / 100 AS part
        FROM changed_to
      ) AS change USING (data_space, module)
      WHERE lower(TG_OP) = ANY (watch.operations)
      GROUP BY watch.data_space, watch.user_id, watch.channel_id, watch.module, change.part;
  END IF;
  IF FOUND THEN
    PERFORM pg_notify('grantway', 'crm-notification:');
  END IF;
  RETURN NULL;
END $$;
