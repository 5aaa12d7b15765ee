-- Where a client publishes the keys that it signs with, instead of having them here; one of the two is null.
ALTER TABLE client ADD COLUMN jwks_uri text;
-- Whether its access tokens are always bound to a key (RFC 9449).
ALTER TABLE client ADD COLUMN dpop_bound boolean NOT NULL DEFAULT false;
