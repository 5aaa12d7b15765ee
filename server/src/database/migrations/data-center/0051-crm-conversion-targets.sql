-- What was made by a conversion, when it is deleted for good.
CREATE INDEX crm_conversion_target ON crm_conversion (data_space, target_id);
