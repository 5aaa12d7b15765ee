-- Signed proofs that count once: assertions of clients (RFC 7523) and proofs of possession (RFC 9449). Kept until they
-- would be refused for their age anyway.
CREATE TABLE used_proof (
  -- SHA-256 of what the proof is for, who signed it and its `jti`.
  proof_hash bytea PRIMARY KEY,
  expires_at_ms bigint NOT NULL
);
CREATE INDEX used_proof_expiry ON used_proof (expires_at_ms);
