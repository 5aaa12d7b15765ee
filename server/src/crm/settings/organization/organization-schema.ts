import { all, anyObject, flag, id, integer, named, orNull, shape, text, time } from '../../kernel/schema.ts';

/** What `getOrganization` makes. */
export const organizationSchema = named(
  'Organization',
  shape({
    id,
    zgid: { ...text, description: 'The value of X-CRM-ORG in uploads for bulk writes.' },
    company_name: text,
    type: { type: 'string', enum: ['production', 'sandbox', 'developer'] },
    created_time: time,
    hierarchy_preferences: anyObject,
    license_details: shape({
      paid_expiry: time,
      users_license_purchased: integer,
      portal_users_license_purchased: integer,
      paid: flag,
      paid_type: text,
      ...all(orNull(text), 'trial_type', 'trial_expiry'),
    }),
    ...all(flag, 'mc_status', 'gapps_enabled', 'lite_users_enabled', 'translation_enabled', 'deletable_org_account'),
    ...all(flag, 'privacy_settings', 'hipaa_compliance_enabled'),
    ...all(text, 'domain_name', 'employee_count', 'currency', 'currency_symbol', 'currency_locale', 'iso_code'),
    ...all(text, 'time_zone', 'country_code'),
    ...all(orNull(text), 'country', 'photo_id', 'city', 'description', 'street', 'alias', 'state', 'fax', 'zip'),
    ...all(orNull(text), 'website', 'mobile', 'primary_zuid', 'primary_email', 'zia_portal_id', 'phone'),
  }),
);
