-- Records that wait for approval are few; lists of them must not read the others.
CREATE INDEX crm_record_waiting ON crm_record (data_space, module, record_id) WHERE data ? 'Approval_Pending__s';
