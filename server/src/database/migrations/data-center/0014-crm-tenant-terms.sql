-- Searches and orders whose time follows from what they show, at any size of the tenant.

-- Terms of migration 0006 named their tenant in a term of its own, so that a search for a word met the tenant's list of
-- all its records for every hit. Now every term begins with its tenant: what the index has under a word is the answer.
--   '1000001.2175#'      every record of the tenant and module
--   '1000001.2175#acme'  has the word
--   '1000001.2175#://'   a text holds an address: its protocol is no word, so that beginnings of words say nothing of it
--   '1000001.2175#*'     more text than one tsvector can hold: every search looks at the record
DROP INDEX crm_record_terms;
DROP FUNCTION crm_has_words(jsonb, text);

-- A term has at most 2,046 bytes. Conditions are checked on the record, so that a beginning is enough of a longer word.
CREATE FUNCTION crm_term(tenant text, word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN tenant || CASE WHEN octet_length(word) > 2000 THEN left(word, 500) ELSE word END;

CREATE OR REPLACE FUNCTION crm_terms(data_space integer, module integer, data jsonb) RETURNS tsvector
-- The cost keeps the planner from computing terms row by row where the index has them.
LANGUAGE plpgsql IMMUTABLE PARALLEL RESTRICTED COST 10000 AS $$
DECLARE
  texts text := data::text;
  tenant text := data_space || '.' || module || '#';
  separator text := E'\x01' || tenant;
  address text := CASE WHEN strpos(texts, '://') > 0 THEN separator || '://' ELSE '' END;
  words text[];
BEGIN
  IF octet_length(texts) > 250000 THEN
    RETURN array_to_tsvector(ARRAY[tenant, tenant || '*']);
  END IF;
  words := tsvector_to_array(jsonb_to_tsvector('pg_catalog.simple', data, '["string"]'));
  IF octet_length(texts) > 2000 THEN
    words := ARRAY(SELECT crm_term('', word) FROM unnest(words) AS word);
  END IF;
  -- Joining and cutting is the fastest way to begin all words with the tenant; no word has control characters.
  RETURN array_to_tsvector(string_to_array(
    tenant || address || separator || array_to_string(words, separator), E'\x01'));
END $$;

-- The terms that every record with `value` in one of its texts has.
CREATE OR REPLACE FUNCTION crm_terms_of(data_space integer, module integer, value text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  tenant text := data_space || '.' || module || '#';
  words text;
BEGIN
  SELECT string_agg('''' || replace(replace(crm_term(tenant, word), '\', '\\'), '''', '''''') || '''', ' & ') INTO words
  FROM unnest(tsvector_to_array(to_tsvector('pg_catalog.simple', value))) AS word;
  RETURN coalesce('(' || words || ') | ''' || tenant || '*''', '''' || tenant || '''')::tsquery;
END $$;

-- The terms of records in which a text begins with `letters`: a to z only, so that the parser cannot split them.
CREATE OR REPLACE FUNCTION crm_terms_from(data_space integer, module integer, letters text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('''' || data_space || '.' || module || '#' || letters || ''':* | ''' || data_space || '.' || module || '#://'' | '''
  || data_space || '.' || module || '#*''')::tsquery;

-- The words of a text, as records have them.
CREATE FUNCTION crm_words(value text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN tsvector_to_array(to_tsvector('pg_catalog.simple', value));

-- Whether all `words` are among the record's texts. Most records lack one of them altogether, which is seen at once.
CREATE FUNCTION crm_has_words(data jsonb, words text[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL RESTRICTED AS $$
DECLARE
  texts text := lower(data::text);
  word text;
BEGIN
  FOREACH word IN ARRAY words LOOP
    IF strpos(texts, word) = 0 THEN
      RETURN false;
    END IF;
  END LOOP;
  RETURN cardinality(words) > 0
    AND (octet_length(texts) > 250000
         OR words <@ tsvector_to_array(jsonb_to_tsvector('pg_catalog.simple', data, '["string"]')));
END $$;

-- Writers collect terms in the index's list, which every search reads: short enough that it costs searches little.
CREATE INDEX crm_record_terms ON crm_record USING gin (crm_terms(data_space, module, data))
  WITH (fastupdate = on, gin_pending_list_limit = 128);

-- The order by name, which people ask for most: family names of leads and contacts, else what look-ups call a record.
CREATE INDEX crm_record_name ON crm_record
  (data_space, module, (lower(CASE WHEN module IN (2175, 2179) THEN data ->> 'Last_Name' ELSE name END)) NULLS FIRST, record_id);
