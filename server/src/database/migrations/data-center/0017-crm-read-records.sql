-- Reads records by id. A plan that was made once is kept, because there is only one that is right at every size of the
-- table: planning took longer than reading. Left to itself the planner would prefer to scan a table that is small, and
-- the kept plan would still do so a while after the table has grown.
CREATE FUNCTION crm_read_records(data_spaces integer[], modules integer[], ids bigint[])
RETURNS TABLE (place integer, record_id bigint, version integer, name text, owner_id bigint, created_by bigint,
               created_at_ms bigint, modified_by bigint, modified_at_ms bigint, activity_at_ms bigint, converted boolean,
               data jsonb)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
  RETURN QUERY
    SELECT wanted.place::integer, r.record_id, r.version, r.name, r.owner_id, r.created_by, r.created_at_ms,
           r.modified_by, r.modified_at_ms, r.activity_at_ms, r.converted, r.data
    FROM unnest(data_spaces, modules, ids) WITH ORDINALITY AS wanted (data_space, module, record_id, place)
    JOIN crm_record AS r ON r.data_space = wanted.data_space AND r.module = wanted.module
                            AND r.record_id = wanted.record_id;
END $$;
