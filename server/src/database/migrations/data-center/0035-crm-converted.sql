-- Leads that became contacts are few at first; lists of them must not read the others.
CREATE INDEX crm_record_converted ON crm_record (data_space, module, record_id) WHERE converted;
