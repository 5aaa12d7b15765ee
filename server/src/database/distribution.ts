/** What tables are spread by. */
export const distributionColumns = ['data_space', 'organization_id', 'slot', 'name_slot'] as const;
export type DistributionColumn = (typeof distributionColumns)[number];

/** How a table of a data centre's database is spread over the machines of a cluster (docs/scale.md). */
export type Distribution =
  /** In shards, by a column that every statement of a request names. Tables with one column share their shards. */
  | { readonly by: DistributionColumn }
  /** A copy on every machine: small, seldom written, and joined with tables of any shard. */
  | { readonly copies: 'everywhere' }
  /** On the coordinator alone, and why. */
  | { readonly onCoordinator: string };

const byDataSpace: Distribution = { by: 'data_space' };
const everywhere: Distribution = { copies: 'everywhere' };

/** Of the user, whom credentials carry (docs/decisions/0087-accounts-by-slot.md). */
const bySlot: Distribution = { by: 'slot' };
/** Of a name that a user is found by, before there is a credential. */
const byNameSlot: Distribution = { by: 'name_slot' };
const bounded: Distribution = { onCoordinator: 'kept for a while or up to a number only, so that it does not grow' };
const shared: Distribution = { onCoordinator: 'written by accounts and the CRM alike: its rows name no data space' };
const few: Distribution = { onCoordinator: 'a few rows for the whole data centre' };
const chained: Distribution = { onCoordinator: 'one chain of entries, each of which proves the one before it' };

/** Every table of a data centre's database; a test holds this against the catalogue. */
export const distributions: Readonly<Record<string, Distribution>> = {
  crm_organization: everywhere,
  crm_data_space: everywhere,
  outside_provider: everywhere,

  crm_assignment_entry: byDataSpace,
  crm_assignment_rule: byDataSpace,
  crm_attachment: byDataSpace,
  crm_auto_number: byDataSpace,
  crm_bulk_lines: byDataSpace,
  crm_bulk_upload: byDataSpace,
  crm_conversion: byDataSpace,
  // Credits are of an organization, whose environments share them. Their statements touch no other table.
  crm_credit_use: { by: 'organization_id' },
  crm_custom_field: byDataSpace,
  crm_custom_module: byDataSpace,
  crm_deleted_field: byDataSpace,
  crm_deleted_record: byDataSpace,
  crm_email: byDataSpace,
  crm_field_value: byDataSpace,
  crm_file: byDataSpace,
  crm_file_piece: byDataSpace,
  crm_idempotency_key: byDataSpace,
  crm_indexed_field: byDataSpace,
  crm_job: byDataSpace,
  crm_job_records: byDataSpace,
  crm_link: byDataSpace,
  crm_notification: byDataSpace,
  crm_pipeline: byDataSpace,
  crm_profile: byDataSpace,
  crm_record: byDataSpace,
  crm_record_count: byDataSpace,
  crm_record_lock: byDataSpace,
  crm_record_share: byDataSpace,
  crm_reference: byDataSpace,
  crm_role: byDataSpace,
  crm_setting: byDataSpace,
  crm_space_lock: byDataSpace,
  crm_tag: byDataSpace,
  crm_territory: byDataSpace,
  crm_territory_user: byDataSpace,
  crm_timeline: byDataSpace,
  crm_unique_value: byDataSpace,
  crm_user: byDataSpace,
  crm_variable: byDataSpace,
  crm_variable_group: byDataSpace,
  crm_watch: byDataSpace,
  crm_write_mark: byDataSpace,

  access_token: bySlot,
  authorization_code: bySlot,
  console_session: bySlot,
  enhance_token: bySlot,
  mailed_link: bySlot,
  outside_identity: byNameSlot,
  passkey: bySlot,
  recovery_code: bySlot,
  refresh_generation: bySlot,
  refresh_token: bySlot,
  session: bySlot,
  session_client: bySlot,
  session_grant: bySlot,
  totp_secret: bySlot,
  user_account: bySlot,
  user_address: byNameSlot,
  user_client: bySlot,
  user_grant: bySlot,

  attempt_count: bounded,
  flow: bounded,
  flow_link: bounded,
  mail: shared,
  outside_request: bounded,
  protocol_event: bounded,
  used_hop: bounded,
  used_proof: bounded,

  migration: few,
  notice_origin: few,
  own_data_center: few,
  signing_key: few,

  audit_entry: chained,
};

/** The column that the rows of a table are spread by; undefined where they are not. */
export function distributionColumn(table: string): string | undefined {
  const distribution = distributions[table];
  return distribution && 'by' in distribution ? distribution.by : undefined;
}
