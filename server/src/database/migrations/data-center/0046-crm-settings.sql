-- What an organization sets up in lists that are short: currencies, taxes, groups of users, sharing rules, holidays,
-- blueprints, pick lists that fields share and the like. What an item is made of is its area's own; all are small, and all
-- but absences are kept in memory.
CREATE TABLE crm_setting (
  data_space integer NOT NULL,
  area text NOT NULL,
  setting_id bigint NOT NULL,
  -- The number of the module that it is about; 0 for what is about none, or about several.
  module integer NOT NULL DEFAULT 0,
  definition jsonb NOT NULL,
  created_by bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  modified_by bigint NOT NULL,
  modified_at_ms bigint NOT NULL,
  PRIMARY KEY (data_space, area, setting_id)
);

-- What only administrators have to begin with. Profiles that were cloned meanwhile keep what they were given.
UPDATE crm_profile SET denied_permissions = denied_permissions || ARRAY['Crm_Implied_Manage_Currencies_Taxes',
                                                                        'Crm_Implied_Manage_Groups',
                                                                        'Crm_Implied_Manage_Data_Sharing',
                                                                        'Crm_Implied_Manage_Business_Hours']
WHERE 'Crm_Implied_Manage_Variables' = ANY (denied_permissions);
