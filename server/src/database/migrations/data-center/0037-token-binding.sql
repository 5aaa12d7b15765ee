-- What codes and tokens are bound to beside their grant. `resources`: the APIs that they are for (RFC 8707); null: all of
-- this data centre. `key_thumbprint`: the key that whoever uses them must prove to have (RFC 9449 §6.1, RFC 7638); null:
-- none.
ALTER TABLE authorization_code ADD COLUMN resources text[], ADD COLUMN key_thumbprint text;
ALTER TABLE refresh_token ADD COLUMN resources text[], ADD COLUMN key_thumbprint text;
ALTER TABLE access_token ADD COLUMN resources text[], ADD COLUMN key_thumbprint text;
