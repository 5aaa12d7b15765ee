-- Clients as the standards know them. The profile says by which rules a client is served: "compatible" with the original
-- platform, or "strict" (OAuth 2.1).
ALTER TABLE client
  ADD COLUMN profile text NOT NULL DEFAULT 'compatible',
  -- Public keys (RFC 7517 §5) that the client signs its assertions with; null: it has secrets.
  ADD COLUMN jwks jsonb,
  -- "opaque", or "jwt" (RFC 9068).
  ADD COLUMN access_token_format text NOT NULL DEFAULT 'opaque',
  ADD COLUMN post_logout_redirect_uris text[] NOT NULL DEFAULT '{}';
