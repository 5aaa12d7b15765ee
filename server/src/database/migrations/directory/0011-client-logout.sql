-- Where a client is told that a user signed out (OpenID Connect Back-Channel Logout); null: nowhere.
ALTER TABLE client ADD COLUMN backchannel_logout_uri text;
