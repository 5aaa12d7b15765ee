import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { pathId } from '../../wire/parameters.ts';

interface RoleRow {
  role_id: string;
  name: string;
  reports_to: string | null;
  description: string | null;
  share_with_peers: boolean;
  created_by: string | null;
  created_at_ms: string;
  modified_by: string | null;
  modified_at_ms: string;
}

/** GET /settings/roles (crm-api 7.8) */
export async function listRoles(call: CrmCall): Promise<CrmAnswer> {
  const rows = await readRoles(call);
  return { status: 200, json: { roles: rows.map((row) => roleAnswer(row, rows, call)) } };
}

/** GET /settings/roles/{id} */
export async function getRole(call: CrmCall): Promise<CrmAnswer> {
  const id = readId(pathId(call.path[0] as string, 2));
  const rows = await readRoles(call);
  const row = rows.find((each) => each.role_id === id);
  if (row) return { status: 200, json: { roles: [roleAnswer(row, rows, call)] } };
  if (call.version.number < 8) return { status: 204 };
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
}

async function readRoles({ space, store }: CrmCall): Promise<RoleRow[]> {
  return store.database.query<RoleRow>({
    text: `SELECT role_id, name, reports_to, description, share_with_peers, created_by, created_at_ms, modified_by,
                  modified_at_ms
           FROM crm_role WHERE data_space = $1 ORDER BY role_id`,
    values: [space.dataSpace],
  });
}

function roleAnswer(row: RoleRow, rows: readonly RoleRow[], { space, user }: CrmCall): Record<string, unknown> {
  const above = rows.find((each) => each.role_id === row.reports_to);
  const person = (id: string | null) => (id === null ? null : { name: space.user(id)?.fullName ?? null, id });
  return {
    display_label: row.name,
    forecast_manager: null,
    share_with_peers: row.share_with_peers,
    modified_by__s: person(row.modified_by),
    description: row.description,
    reporting_to: above ? { name: above.name, id: above.role_id } : null,
    name: row.name,
    modified_time__s: formatDateTime(Number(row.modified_at_ms), user.timeZone),
    created_by__s: person(row.created_by),
    created_time__s: formatDateTime(Number(row.created_at_ms), user.timeZone),
    id: row.role_id,
    admin_user: row.reports_to === null,
  };
}
