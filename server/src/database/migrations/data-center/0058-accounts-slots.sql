-- The slot of its user in every row of the accounts tables, and in their keys, so that they can be distributed by it
-- (docs/decisions/0087-accounts-by-slot.md). Keys begin with what they began with: statements of the release before find their
-- rows as ever.

ALTER TABLE user_account ADD COLUMN slot integer;
UPDATE user_account SET slot = (user_id % 65536)::int;
ALTER TABLE session ADD COLUMN slot integer;
UPDATE session SET slot = (user_id % 65536)::int;
ALTER TABLE user_grant ADD COLUMN slot integer;
UPDATE user_grant SET slot = (user_id % 65536)::int;
ALTER TABLE user_client ADD COLUMN slot integer;
UPDATE user_client SET slot = (user_id % 65536)::int;
ALTER TABLE console_session ADD COLUMN slot integer;
UPDATE console_session SET slot = (user_id % 65536)::int;
ALTER TABLE session_client ADD COLUMN slot integer;
UPDATE session_client SET slot = (user_id % 65536)::int;
ALTER TABLE totp_secret ADD COLUMN slot integer;
UPDATE totp_secret SET slot = (user_id % 65536)::int;
ALTER TABLE recovery_code ADD COLUMN slot integer;
UPDATE recovery_code SET slot = (user_id % 65536)::int;
ALTER TABLE passkey ADD COLUMN slot integer;
UPDATE passkey SET slot = (user_id % 65536)::int;
-- Links of somebody who signs up are of no user.
ALTER TABLE mailed_link ADD COLUMN slot integer;
UPDATE mailed_link SET slot = coalesce((user_id % 65536)::int, 0);

ALTER TABLE session_grant ADD COLUMN slot integer;
UPDATE session_grant c SET slot = g.slot FROM user_grant g WHERE g.grant_id = c.grant_id;
ALTER TABLE authorization_code ADD COLUMN slot integer;
UPDATE authorization_code c SET slot = g.slot FROM user_grant g WHERE g.grant_id = c.grant_id;
ALTER TABLE refresh_token ADD COLUMN slot integer;
UPDATE refresh_token c SET slot = g.slot FROM user_grant g WHERE g.grant_id = c.grant_id;
ALTER TABLE access_token ADD COLUMN slot integer;
UPDATE access_token c SET slot = g.slot FROM user_grant g WHERE g.grant_id = c.grant_id;
ALTER TABLE refresh_generation ADD COLUMN slot integer;
UPDATE refresh_generation c SET slot = r.slot FROM refresh_token r WHERE r.token_hash = c.family_hash;
ALTER TABLE enhance_token ADD COLUMN slot integer;
UPDATE enhance_token c SET slot = r.slot FROM refresh_token r WHERE r.token_hash = c.refresh_hash;

-- Foreign keys go first, because they hold the keys that change.
ALTER TABLE access_token DROP CONSTRAINT access_token_grant_id_fkey;
ALTER TABLE authorization_code DROP CONSTRAINT authorization_code_grant_id_fkey;
ALTER TABLE refresh_token DROP CONSTRAINT refresh_token_grant_id_fkey;
ALTER TABLE session_grant DROP CONSTRAINT session_grant_grant_id_fkey, DROP CONSTRAINT session_grant_session_hash_fkey;
ALTER TABLE refresh_generation DROP CONSTRAINT refresh_generation_family_hash_fkey;
ALTER TABLE enhance_token DROP CONSTRAINT enhance_token_refresh_hash_fkey;
ALTER TABLE console_session DROP CONSTRAINT console_session_accounts_session_hash_fkey,
  DROP CONSTRAINT console_session_user_id_fkey;
ALTER TABLE session_client DROP CONSTRAINT session_client_session_hash_fkey;
ALTER TABLE session DROP CONSTRAINT session_user_id_fkey;
ALTER TABLE user_grant DROP CONSTRAINT user_grant_user_id_fkey;
ALTER TABLE user_client DROP CONSTRAINT user_client_user_id_fkey;
ALTER TABLE mailed_link DROP CONSTRAINT mailed_link_user_id_fkey;
ALTER TABLE totp_secret DROP CONSTRAINT totp_secret_user_id_fkey;
ALTER TABLE recovery_code DROP CONSTRAINT recovery_code_user_id_fkey;
ALTER TABLE passkey DROP CONSTRAINT passkey_user_id_fkey;
ALTER TABLE outside_identity DROP CONSTRAINT outside_identity_user_id_fkey;
-- It lives for minutes, on one machine, and leads to nothing when its user is gone.
ALTER TABLE outside_request DROP CONSTRAINT outside_request_user_id_fkey;

ALTER TABLE user_account ALTER COLUMN slot SET NOT NULL, DROP CONSTRAINT user_account_pkey,
  ADD CONSTRAINT user_account_pkey PRIMARY KEY (user_id, slot);
ALTER TABLE session ALTER COLUMN slot SET NOT NULL, DROP CONSTRAINT session_pkey,
  ADD CONSTRAINT session_pkey PRIMARY KEY (session_hash, slot),
  ADD FOREIGN KEY (user_id, slot) REFERENCES user_account (user_id, slot) ON DELETE CASCADE;
ALTER TABLE user_grant ALTER COLUMN slot SET NOT NULL, DROP CONSTRAINT user_grant_pkey,
  ADD CONSTRAINT user_grant_pkey PRIMARY KEY (grant_id, slot),
  ADD FOREIGN KEY (user_id, slot) REFERENCES user_account (user_id, slot) ON DELETE CASCADE;
ALTER TABLE user_client ALTER COLUMN slot SET NOT NULL,
  ADD FOREIGN KEY (user_id, slot) REFERENCES user_account (user_id, slot) ON DELETE CASCADE;
ALTER TABLE refresh_token ALTER COLUMN slot SET NOT NULL, DROP CONSTRAINT refresh_token_pkey,
  ADD CONSTRAINT refresh_token_pkey PRIMARY KEY (token_hash, slot),
  ADD FOREIGN KEY (grant_id, slot) REFERENCES user_grant (grant_id, slot) ON DELETE CASCADE;
ALTER TABLE access_token ALTER COLUMN slot SET NOT NULL, DROP CONSTRAINT access_token_pkey,
  ADD CONSTRAINT access_token_pkey PRIMARY KEY (token_hash, slot),
  ADD FOREIGN KEY (grant_id, slot) REFERENCES user_grant (grant_id, slot) ON DELETE CASCADE;
ALTER TABLE authorization_code ALTER COLUMN slot SET NOT NULL, DROP CONSTRAINT authorization_code_pkey,
  ADD CONSTRAINT authorization_code_pkey PRIMARY KEY (code_hash, slot),
  ADD FOREIGN KEY (grant_id, slot) REFERENCES user_grant (grant_id, slot) ON DELETE CASCADE;
ALTER TABLE session_grant ALTER COLUMN slot SET NOT NULL,
  ADD FOREIGN KEY (session_hash, slot) REFERENCES session (session_hash, slot) ON DELETE CASCADE,
  ADD FOREIGN KEY (grant_id, slot) REFERENCES user_grant (grant_id, slot) ON DELETE CASCADE;
ALTER TABLE refresh_generation ALTER COLUMN slot SET NOT NULL,
  ADD FOREIGN KEY (family_hash, slot) REFERENCES refresh_token (token_hash, slot) ON DELETE CASCADE;
ALTER TABLE enhance_token ALTER COLUMN slot SET NOT NULL, DROP CONSTRAINT enhance_token_pkey,
  ADD CONSTRAINT enhance_token_pkey PRIMARY KEY (token_hash, slot),
  ADD FOREIGN KEY (refresh_hash, slot) REFERENCES refresh_token (token_hash, slot) ON DELETE CASCADE;
ALTER TABLE console_session ALTER COLUMN slot SET NOT NULL, DROP CONSTRAINT console_session_pkey,
  ADD CONSTRAINT console_session_pkey PRIMARY KEY (session_hash, slot),
  ADD FOREIGN KEY (user_id, slot) REFERENCES user_account (user_id, slot) ON DELETE CASCADE,
  ADD FOREIGN KEY (accounts_session_hash, slot) REFERENCES session (session_hash, slot) ON DELETE CASCADE;
ALTER TABLE session_client ALTER COLUMN slot SET NOT NULL, DROP CONSTRAINT session_client_pkey,
  ADD CONSTRAINT session_client_pkey PRIMARY KEY (sid, slot),
  ADD FOREIGN KEY (session_hash, slot) REFERENCES session (session_hash, slot) ON DELETE SET NULL (session_hash);
ALTER TABLE mailed_link ALTER COLUMN slot SET NOT NULL, DROP CONSTRAINT mailed_link_pkey,
  ADD CONSTRAINT mailed_link_pkey PRIMARY KEY (link_hash, slot),
  ADD FOREIGN KEY (user_id, slot) REFERENCES user_account (user_id, slot) ON DELETE CASCADE;
ALTER TABLE totp_secret ALTER COLUMN slot SET NOT NULL,
  ADD FOREIGN KEY (user_id, slot) REFERENCES user_account (user_id, slot) ON DELETE CASCADE;
ALTER TABLE recovery_code ALTER COLUMN slot SET NOT NULL, DROP CONSTRAINT recovery_code_pkey,
  ADD CONSTRAINT recovery_code_pkey PRIMARY KEY (user_id, code_hash, slot),
  ADD FOREIGN KEY (user_id, slot) REFERENCES user_account (user_id, slot) ON DELETE CASCADE;
ALTER TABLE passkey ALTER COLUMN slot SET NOT NULL, DROP CONSTRAINT passkey_pkey,
  ADD CONSTRAINT passkey_pkey PRIMARY KEY (credential_id, slot),
  ADD FOREIGN KEY (user_id, slot) REFERENCES user_account (user_id, slot) ON DELETE CASCADE;

-- What a user is found by before there is a credential, spread by itself: `name_slot` is the first two bytes of its SHA-256.
-- No foreign key leads from here to the user, who is in another shard: whoever removes the user removes these.
CREATE TABLE user_address (
  email_folded text NOT NULL,
  name_slot integer NOT NULL,
  user_id bigint NOT NULL,
  CONSTRAINT user_address_pkey PRIMARY KEY (email_folded, name_slot)
);
CREATE INDEX user_address_user ON user_address (user_id);
INSERT INTO user_address (email_folded, name_slot, user_id)
  SELECT email_folded, get_byte(hash, 0) * 256 + get_byte(hash, 1), user_id
  FROM user_account, sha256(convert_to(email_folded, 'UTF8')) AS hash;
ALTER TABLE outside_identity ADD COLUMN name_slot integer;
UPDATE outside_identity SET name_slot = get_byte(hash, 0) * 256 + get_byte(hash, 1)
  FROM (SELECT provider AS p, subject AS s, sha256(convert_to(provider || ' ' || subject, 'UTF8')) AS hash FROM outside_identity) AS names
  WHERE p = provider AND s = subject;
ALTER TABLE outside_identity ALTER COLUMN name_slot SET NOT NULL, DROP CONSTRAINT outside_identity_pkey,
  ADD CONSTRAINT outside_identity_pkey PRIMARY KEY (provider, subject, name_slot);

-- The release before inserts rows without a slot. The next release drops these triggers, and puts the slot into the keys that
-- ON CONFLICT of the release before names by their columns (server/src/database/accounts-contraction.ts).
CREATE FUNCTION account_slot() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE hash bytea;
BEGIN
  IF TG_TABLE_NAME = 'user_account' THEN
    hash := sha256(convert_to(NEW.email_folded, 'UTF8'));
    INSERT INTO user_address (email_folded, name_slot, user_id)
      VALUES (NEW.email_folded, get_byte(hash, 0) * 256 + get_byte(hash, 1), NEW.user_id) ON CONFLICT DO NOTHING;
  END IF;
  IF TG_ARGV[0] = 'user' THEN
    NEW.slot := coalesce((NEW.user_id % 65536)::int, 0);
  ELSIF TG_ARGV[0] = 'grant' THEN
    NEW.slot := (SELECT slot FROM user_grant WHERE grant_id = NEW.grant_id);
  ELSIF TG_ARGV[0] = 'family' THEN
    NEW.slot := (SELECT slot FROM refresh_token WHERE token_hash = NEW.family_hash);
  ELSE
    NEW.slot := (SELECT slot FROM refresh_token WHERE token_hash = NEW.refresh_hash);
  END IF;
  RETURN NEW;
END $$;
DO $$ DECLARE each text[]; BEGIN
  FOREACH each SLICE 1 IN ARRAY ARRAY[
    ['user_account', 'user'], ['session', 'user'], ['user_grant', 'user'], ['user_client', 'user'],
    ['console_session', 'user'], ['session_client', 'user'], ['mailed_link', 'user'], ['totp_secret', 'user'],
    ['recovery_code', 'user'], ['passkey', 'user'],
    ['session_grant', 'grant'], ['authorization_code', 'grant'], ['refresh_token', 'grant'], ['access_token', 'grant'],
    ['refresh_generation', 'family'], ['enhance_token', 'refresh']] LOOP
    EXECUTE format('CREATE TRIGGER account_slot BEFORE INSERT ON %I FOR EACH ROW WHEN (NEW.slot IS NULL)
                    EXECUTE FUNCTION account_slot(%L)', each[1], each[2]);
  END LOOP;
END $$;
CREATE FUNCTION account_name_slot() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE hash bytea := sha256(convert_to(NEW.provider || ' ' || NEW.subject, 'UTF8'));
BEGIN
  NEW.name_slot := get_byte(hash, 0) * 256 + get_byte(hash, 1);
  RETURN NEW;
END $$;
CREATE TRIGGER account_slot BEFORE INSERT ON outside_identity FOR EACH ROW WHEN (NEW.name_slot IS NULL)
  EXECUTE FUNCTION account_name_slot();
-- It moves users to other data centres, too.
CREATE FUNCTION account_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM user_address WHERE user_id = OLD.user_id;
  DELETE FROM outside_identity WHERE user_id = OLD.user_id;
  RETURN NULL;
END $$;
CREATE TRIGGER account_gone AFTER DELETE ON user_account FOR EACH ROW EXECUTE FUNCTION account_gone();
