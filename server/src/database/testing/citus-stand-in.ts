/** Functions of the names and signatures of Citus, which write down how they are called; for tests without a cluster. */
export const citusStandIn = `
  CREATE TABLE pg_dist_partition (
    logicalrelid regclass PRIMARY KEY, partmethod "char" NOT NULL, partkey text, colocationid integer NOT NULL, repmodel "char" NOT NULL);
  CREATE TABLE pg_dist_object (classid oid NOT NULL, objid oid NOT NULL, objsubid integer NOT NULL DEFAULT 0);
  CREATE FUNCTION create_reference_table(table_name regclass) RETURNS void LANGUAGE sql AS $$
    INSERT INTO pg_dist_partition VALUES (table_name, 'n', NULL, 0, 't') $$;
  CREATE FUNCTION create_distributed_table(table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash',
    colocate_with text DEFAULT 'default', shard_count integer DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM FROM pg_attribute WHERE attrelid = table_name AND attname = distribution_column;
    IF NOT FOUND THEN RAISE 'column % of % does not exist', distribution_column, table_name; END IF;
    PERFORM FROM pg_constraint AS c JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
    WHERE c.conrelid = table_name AND c.contype = 'f' AND c.confdeltype IN ('n', 'd') AND a.attname = distribution_column;
    IF FOUND THEN RAISE 'SET NULL or SET DEFAULT is not supported where the distribution column is in the foreign key'; END IF;
    INSERT INTO pg_dist_partition SELECT table_name, 'h', distribution_column,
      CASE colocate_with WHEN 'none' THEN (SELECT coalesce(max(colocationid), 0) + 1 FROM pg_dist_partition)
                         ELSE (SELECT colocationid FROM pg_dist_partition WHERE logicalrelid = colocate_with::regclass) END, 's';
  END $$;
  CREATE FUNCTION create_distributed_function(function_name regprocedure, distribution_arg_name text DEFAULT NULL,
    colocate_with text DEFAULT 'default', force_delegation boolean DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    INSERT INTO pg_dist_object VALUES ('pg_proc'::regclass, function_name) $$;`;
