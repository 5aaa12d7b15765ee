-- What searches follow. Everything here is kept by the statement that writes the record, whoever writes it: a search
-- finds what was acknowledged, and no writer can forget it.

-- The words of a record (all texts in it, as PostgreSQL's own parser sees them) and one term that names its tenant.
-- Conditions are checked on the record itself; terms only have to be true of every record that could fulfil them:
--   '://'  a text holds an address: its protocol is no word, so that beginnings of words say nothing of it
--   '*'    more text than one tsvector can hold: every search looks at the record
CREATE FUNCTION crm_terms(data_space integer, module integer, data jsonb) RETURNS tsvector
-- The cost keeps the planner from computing terms row by row where the index has them.
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
DECLARE
  texts text := data::text;
  tenant text := '#' || data_space || '.' || module;
BEGIN
  IF octet_length(texts) > 250000 THEN
    RETURN array_to_tsvector(ARRAY[tenant, '*']);
  END IF;
  RETURN jsonb_to_tsvector('pg_catalog.simple', data, '["string"]')
    || array_to_tsvector(CASE WHEN strpos(texts, '://') > 0 THEN ARRAY[tenant, '://'] ELSE ARRAY[tenant] END);
END $$;

-- The terms that every record with `value` in one of its texts has.
CREATE FUNCTION crm_terms_of(data_space integer, module integer, value text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  words text;
BEGIN
  SELECT string_agg('''' || replace(replace(word, '\', '\\'), '''', '''''') || '''', ' & ') INTO words
  FROM unnest(tsvector_to_array(to_tsvector('pg_catalog.simple', value))) AS word;
  RETURN ('''#' || data_space || '.' || module || '''' || coalesce(' & ((' || words || ') | ''*'')', ''))::tsquery;
END $$;

-- The terms of records in which a text begins with `letters`: a to z only, so that the parser cannot split them.
CREATE FUNCTION crm_terms_from(data_space integer, module integer, letters text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('''#' || data_space || '.' || module || ''' & (''' || letters || ''':* | ''://'' | ''*'')')::tsquery;

-- Whether all words of `value` are among the record's texts.
CREATE FUNCTION crm_has_words(data jsonb, value text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  words text[] := tsvector_to_array(to_tsvector('pg_catalog.simple', value));
BEGIN
  IF octet_length(data::text) > 250000 THEN
    RETURN cardinality(words) > 0
      AND NOT EXISTS (SELECT FROM unnest(words) AS word WHERE strpos(lower(data::text), word) = 0);
  END IF;
  RETURN cardinality(words) > 0
    AND words <@ tsvector_to_array(jsonb_to_tsvector('pg_catalog.simple', data, '["string"]'));
END $$;

-- Writers collect terms in the index's list of half a megabyte; whoever fills it sorts them in. Searches read it.
CREATE INDEX crm_record_terms ON crm_record USING gin (crm_terms(data_space, module, data))
  WITH (fastupdate = on, gin_pending_list_limit = 512);

-- Ranges and orders that people ask for most. They cost nothing to records of other modules.
CREATE INDEX crm_lead_revenue ON crm_record (data_space, module, (data -> 'Annual_Revenue') NULLS FIRST, record_id) WHERE module = 2175;
CREATE INDEX crm_deal_amount ON crm_record (data_space, module, (data -> 'Amount') NULLS FIRST, record_id) WHERE module = 2181;
CREATE INDEX crm_deal_closing ON crm_record (data_space, module, (data -> 'Closing_Date') NULLS FIRST, record_id) WHERE module = 2181;
CREATE INDEX crm_task_due ON crm_record (data_space, module, (data -> 'Due_Date') NULLS FIRST, record_id) WHERE module = 2193;

-- How many live records a module has. Several rows for each, one for a group of connections, so that writers do not
-- wait for each other.
CREATE TABLE crm_record_count (
  data_space integer NOT NULL,
  module integer NOT NULL,
  converted boolean NOT NULL,
  slot integer NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (data_space, module, converted, slot)
) WITH (fillfactor = 50);

CREATE FUNCTION crm_record_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO crm_record_count
      SELECT data_space, module, converted, pg_backend_pid() % 64, count(*) FROM inserted
      GROUP BY data_space, module, converted ORDER BY data_space, module, converted
      ON CONFLICT (data_space, module, converted, slot) DO UPDATE SET count = crm_record_count.count + EXCLUDED.count;
  ELSE
    INSERT INTO crm_record_count
      SELECT data_space, module, converted, pg_backend_pid() % 64, -count(*) FROM deleted
      GROUP BY data_space, module, converted ORDER BY data_space, module, converted
      ON CONFLICT (data_space, module, converted, slot) DO UPDATE SET count = crm_record_count.count + EXCLUDED.count;
  END IF;
  RETURN NULL;
END $$;

-- Only conversion changes the column, one record at a time.
CREATE FUNCTION crm_record_recounted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO crm_record_count VALUES
    (NEW.data_space, NEW.module, false, pg_backend_pid() % 64, CASE WHEN NEW.converted THEN -1 ELSE 1 END),
    (NEW.data_space, NEW.module, true, pg_backend_pid() % 64, CASE WHEN NEW.converted THEN 1 ELSE -1 END)
    ON CONFLICT (data_space, module, converted, slot) DO UPDATE SET count = crm_record_count.count + EXCLUDED.count;
  RETURN NULL;
END $$;

CREATE TRIGGER crm_record_inserted AFTER INSERT ON crm_record
  REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION crm_record_counted();
CREATE TRIGGER crm_record_deleted AFTER DELETE ON crm_record
  REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION crm_record_counted();
CREATE TRIGGER crm_record_converted AFTER UPDATE OF converted ON crm_record
  FOR EACH ROW WHEN (OLD.converted IS DISTINCT FROM NEW.converted) EXECUTE FUNCTION crm_record_recounted();

INSERT INTO crm_record_count
  SELECT data_space, module, converted, 0, count(*) FROM crm_record GROUP BY data_space, module, converted;
