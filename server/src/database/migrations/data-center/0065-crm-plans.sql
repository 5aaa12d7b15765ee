-- Plans that are right whatever the planner's statistics say: they may be old, and of some data spaces they say nothing.

-- True of every row, and believed so dear that a plan is chosen by how many rows it looks at, and among equals by whether
-- it needs no sort. Statements that follow the order of an index ask for it (crm/language/query/in-order.ts), in a form that never calls it.
CREATE FUNCTION crm_in_order(id bigint) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL RESTRICTED COST 1000000 AS $$
BEGIN
  RETURN true;
END $$;

-- How often each term occurs: whoever asks for terms takes the index, however many there are, so nobody has to know. To find it out,
-- each ANALYZE made the terms of 300,000 records.
ALTER INDEX crm_record_terms ALTER COLUMN 1 SET STATISTICS 0;

-- Of a data space that has just come the planner believes that it has no records, and then any index that begins with the data
-- space looks as good as the key. So it looks again when one record in a hundred has changed, not one in ten.
ALTER TABLE crm_record SET (autovacuum_analyze_scale_factor = 0.01, autovacuum_analyze_threshold = 10000);

DO $$
BEGIN
  IF to_regproc('pg_clear_attribute_stats') IS NOT NULL THEN -- since PostgreSQL 18
    PERFORM pg_clear_attribute_stats(current_schema()::text, 'crm_record_terms', 'crm_terms', false);
  END IF;
END $$;
