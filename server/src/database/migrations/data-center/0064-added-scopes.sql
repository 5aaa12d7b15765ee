-- Scopes with those added that they lack, in their order; case does not count. A statement over shards may call a function where it
-- may not ask a subquery.
CREATE FUNCTION oauth_added_scopes(held text[], fresh text[]) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN held || ARRAY(
    SELECT scope FROM unnest(fresh) AS scope WHERE lower(scope) NOT IN (SELECT lower(each) FROM unnest(held) AS each));
END $$;
