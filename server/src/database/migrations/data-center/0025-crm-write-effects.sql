-- What these triggers kept goes with the statements that write records now (crm/store/records/write-effects.ts): a
-- distributed table has no triggers over the rows of whole statements.
DROP TRIGGER crm_record_inserted ON crm_record;
DROP TRIGGER crm_record_deleted ON crm_record;
DROP TRIGGER crm_record_converted ON crm_record;
DROP TRIGGER crm_record_ordered_insert ON crm_record;
DROP TRIGGER crm_record_ordered_update ON crm_record;
DROP TRIGGER crm_record_ordered_delete ON crm_record;
DROP TRIGGER crm_record_watched_insert ON crm_record;
DROP TRIGGER crm_record_watched_update ON crm_record;
DROP TRIGGER crm_record_watched_delete ON crm_record;
DROP FUNCTION crm_record_counted();
DROP FUNCTION crm_record_recounted();
DROP FUNCTION crm_record_ordered();
DROP FUNCTION crm_record_watched();
