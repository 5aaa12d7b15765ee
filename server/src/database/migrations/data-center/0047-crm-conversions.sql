-- Which orders and invoices were made of which quotes and orders. A record becomes one of each module.
CREATE TABLE crm_conversion (
  data_space integer NOT NULL,
  record_id bigint NOT NULL,
  target_module integer NOT NULL,
  target_id bigint NOT NULL,
  converted_by bigint NOT NULL,
  converted_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, record_id, target_module)
);
