import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { systemIds } from '../../kernel/ids.ts';

const dayMs = 86_400_000;
/** A self-hosted organization is paid for without end; clients want to see a date. */
const paidForMs = 3650 * dayMs;

/** GET /org */
export async function getOrganization({ space, user }: CrmCall): Promise<CrmAnswer> {
  const { contents } = space;
  const { settings } = contents;
  const owner = contents.users[0];
  return {
    status: 200,
    json: {
      org: [
        {
          country: null,
          hierarchy_preferences: { type: 'Role_Hierarchy' },
          photo_id: settings.photoFileId ?? null,
          city: null,
          description: null,
          type: contents.environment,
          mc_status: false,
          gapps_enabled: false,
          lite_users_enabled: false,
          domain_name: `org${contents.zgid}`,
          translation_enabled: false,
          street: null,
          alias: null,
          currency: settings.currency,
          deletable_org_account: false,
          id: space.id(systemIds.organization),
          state: null,
          fax: null,
          employee_count: String(contents.users.length),
          zip: null,
          created_time: formatDateTime(contents.createdAtMs, user.timeZone),
          website: null,
          currency_symbol: settings.currencySymbol,
          mobile: null,
          currency_locale: settings.currencyLocale,
          primary_zuid: owner?.zuid ?? null,
          zia_portal_id: null,
          time_zone: settings.timeZone,
          zgid: contents.zgid,
          country_code: settings.countryCode,
          license_details: {
            paid_expiry: formatDateTime(contents.createdAtMs + paidForMs, user.timeZone),
            users_license_purchased: Math.max(contents.users.length, 1000),
            trial_type: null,
            trial_expiry: null,
            paid: true,
            paid_type: 'enterprise',
            portal_users_license_purchased: 0,
          },
          phone: null,
          company_name: contents.name,
          privacy_settings: false,
          primary_email: owner?.email ?? null,
          hipaa_compliance_enabled: false,
          iso_code: settings.isoCode,
        },
      ],
    },
  };
}
