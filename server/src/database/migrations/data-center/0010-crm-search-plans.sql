-- The planner takes the cost of computing terms for a reason to start parallel workers, which takes longer than the
-- whole search: the index has the terms already.
ALTER FUNCTION crm_terms(integer, integer, jsonb) PARALLEL RESTRICTED;
ALTER FUNCTION crm_has_words(jsonb, text) PARALLEL RESTRICTED;
