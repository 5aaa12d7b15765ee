import type { Database } from '../../database/database.ts';
import type { AssignmentRule } from '../kernel/space/assignment-rule.ts';

interface RuleRow {
  rule_id: string;
  module: number;
  name: string;
  description: string | null;
  default_assignee: string | null;
  entries: { position: number; criteria: unknown; users: string[] }[];
  created_by: string;
  created_at_ms: string;
  modified_by: string;
  modified_at_ms: string;
}

/** The assignment rules of a data space, oldest first. */
export async function loadAssignmentRules(
  database: Pick<Database, 'query'>,
  dataSpace: number,
): Promise<AssignmentRule[]> {
  const rows = await database.query<RuleRow>({
    name: 'crm-space-assignment-rules',
    text: `SELECT rule_id, module, name, description, default_assignee, created_by, created_at_ms, modified_by,
                  modified_at_ms,
                  ARRAY(SELECT jsonb_build_object('position', position, 'criteria', criteria, 'users', users::text[])
                        FROM crm_assignment_entry AS entry
                        WHERE entry.data_space = $1 AND entry.rule_id = rule.rule_id ORDER BY position) AS entries
           FROM crm_assignment_rule AS rule WHERE data_space = $1 ORDER BY rule_id`,
    values: [dataSpace],
  });
  return rows.map((row): AssignmentRule => {
    return {
      id: row.rule_id,
      module: row.module,
      name: row.name,
      description: row.description,
      defaultAssignee: row.default_assignee,
      entries: row.entries,
      createdBy: row.created_by,
      createdAtMs: Number(row.created_at_ms),
      modifiedBy: row.modified_by,
      modifiedAtMs: Number(row.modified_at_ms),
    };
  });
}
