-- Single records that users share with others. `user_id` 0 stands for everybody.
CREATE TABLE crm_record_share (
  data_space integer NOT NULL,
  record_id bigint NOT NULL,
  user_id bigint NOT NULL,
  module integer NOT NULL,
  permission text NOT NULL,
  related boolean NOT NULL,
  shared_by bigint NOT NULL,
  shared_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, record_id, user_id)
);
-- What a user sees of a module is asked from this side, in every list.
CREATE INDEX crm_record_share_user ON crm_record_share (data_space, module, user_id, record_id) INCLUDE (permission);
