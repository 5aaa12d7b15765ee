-- Fields and modules that organizations make their own.

-- Keys of records' data that belonged to fields which are gone. Values under them may still be there; a new field of
-- the name keeps its values under another key.
CREATE TABLE crm_deleted_field (
  data_space integer NOT NULL,
  module integer NOT NULL,
  key text NOT NULL,
  deleted_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, module, key)
);

-- The next number of each field that numbers records.
CREATE TABLE crm_auto_number (
  data_space integer NOT NULL,
  module integer NOT NULL,
  key text NOT NULL,
  next bigint NOT NULL,
  PRIMARY KEY (data_space, module, key)
);

-- Fields of organizations whose values are no words, so that the index of words (migration 0006) does not find them:
-- numbers, dates, times, yes and no. Their values stand in crm_field_value, in their order.
CREATE TABLE crm_indexed_field (
  data_space integer NOT NULL,
  module integer NOT NULL,
  key text NOT NULL,
  -- Long numbers are texts in records.
  long boolean NOT NULL,
  PRIMARY KEY (data_space, module, key)
);

CREATE TABLE crm_field_value (
  data_space integer NOT NULL,
  module integer NOT NULL,
  key text NOT NULL,
  value jsonb NOT NULL,
  record_id bigint NOT NULL,
  PRIMARY KEY (data_space, module, key, value, record_id)
);

CREATE FUNCTION crm_value_in_order(data jsonb, key text, long boolean) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN long THEN to_jsonb((data ->> key)::numeric) ELSE data -> key END;

-- Kept by whatever statement writes records, so that no writer can forget it. Most statements are about records without
-- such fields, and end with the first question.
CREATE FUNCTION crm_record_ordered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM crm_indexed_field) THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO crm_field_value (data_space, module, key, value, record_id)
      SELECT data_space, module, field.key, crm_value_in_order(data, field.key, field.long), record_id
      FROM changed_to JOIN crm_indexed_field AS field USING (data_space, module)
      WHERE data ? field.key
      ON CONFLICT DO NOTHING;
  ELSIF TG_OP = 'DELETE' THEN
    DELETE FROM crm_field_value AS gone
      USING changed_from AS record JOIN crm_indexed_field AS field USING (data_space, module)
      WHERE record.data ? field.key AND gone.data_space = record.data_space AND gone.module = record.module
        AND gone.key = field.key AND gone.value = crm_value_in_order(record.data, field.key, field.long)
        AND gone.record_id = record.record_id;
  ELSE
    DELETE FROM crm_field_value AS gone
      USING changed_from AS record JOIN changed_to USING (data_space, module, record_id)
            JOIN crm_indexed_field AS field USING (data_space, module)
      WHERE record.data ? field.key AND record.data -> field.key IS DISTINCT FROM changed_to.data -> field.key
        AND gone.data_space = record.data_space AND gone.module = record.module AND gone.key = field.key
        AND gone.value = crm_value_in_order(record.data, field.key, field.long) AND gone.record_id = record.record_id;
    INSERT INTO crm_field_value (data_space, module, key, value, record_id)
      SELECT data_space, module, field.key, crm_value_in_order(changed_to.data, field.key, field.long), record_id
      FROM changed_from JOIN changed_to USING (data_space, module, record_id)
           JOIN crm_indexed_field AS field USING (data_space, module)
      WHERE changed_to.data ? field.key AND changed_from.data -> field.key IS DISTINCT FROM changed_to.data -> field.key
      ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER crm_record_ordered_insert AFTER INSERT ON crm_record
  REFERENCING NEW TABLE AS changed_to FOR EACH STATEMENT EXECUTE FUNCTION crm_record_ordered();
CREATE TRIGGER crm_record_ordered_update AFTER UPDATE ON crm_record
  REFERENCING OLD TABLE AS changed_from NEW TABLE AS changed_to
  FOR EACH STATEMENT EXECUTE FUNCTION crm_record_ordered();
CREATE TRIGGER crm_record_ordered_delete AFTER DELETE ON crm_record
  REFERENCING OLD TABLE AS changed_from FOR EACH STATEMENT EXECUTE FUNCTION crm_record_ordered();

-- Until the first ANALYZE the planner takes every column for varied (migration 0002).
DO $$
DECLARE
  fact record;
BEGIN
  IF to_regproc('pg_restore_attribute_stats') IS NULL THEN
    RETURN; -- before PostgreSQL 18
  END IF;
  FOR fact IN
    SELECT attribute, distinct_values
    FROM (VALUES ('data_space', 1::real), ('module', 1::real), ('key', 1::real), ('record_id', -1::real))
           AS known (attribute, distinct_values)
  LOOP
    PERFORM pg_restore_attribute_stats(
      'schemaname', current_schema()::text, 'relname', 'crm_field_value', 'attname', fact.attribute,
      'inherited', false, 'null_frac', 0::real, 'avg_width', 8, 'n_distinct', fact.distinct_values);
  END LOOP;
END $$;

-- What the platform tidies up by itself is no change that anybody watches.
DROP TRIGGER crm_record_watched_update ON crm_record;
CREATE TRIGGER crm_record_watched_update AFTER UPDATE ON crm_record
  REFERENCING OLD TABLE AS changed_from NEW TABLE AS changed_to
  FOR EACH STATEMENT WHEN (current_setting('grantway.tidying', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION crm_record_watched();

-- Only administrators change modules and fields.
UPDATE crm_profile SET denied_permissions = array_append(denied_permissions, 'Crm_Implied_Manage_Customization')
WHERE name <> 'Administrator' OR custom;
