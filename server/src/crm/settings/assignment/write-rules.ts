import { isUniqueViolation, type Queryable } from '../../../database/database.ts';
import { foldEmailAddress } from '../../../foundation/email-address.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { Refusal, refusalOf } from '../../kernel/errors.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import { type Module, servesRecords, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { AssignmentRule } from '../../kernel/space/assignment-rule.ts';
import type { Space } from '../../kernel/space/space.ts';
import { readRuleCriteria } from '../../language/query/read-criteria.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { itemField, itemListOf, readPlainItem } from '../../wire/item-list.ts';

/** Assignment rules are written by the operator: the API of this system has no call for it. */

const limits = { rules: 100, entries: 25, users: 100 } as const;

const fields = [
  itemField('name', 'text', 100, true),
  itemField('module', 'text', 100, true),
  itemField('description', 'textarea', 500),
  itemField('default_assignee', 'text', 100),
];

type Definition = Omit<AssignmentRule, 'id' | 'createdBy' | 'createdAtMs' | 'modifiedBy' | 'modifiedAtMs'>;

/**
 * Makes a rule of `{name, module, description?, default_assignee?, entries: [{criteria?, users}]}`, where users are
 * e-mail addresses and criteria are those of territories. @returns its id.
 * @throws Refusal whose details say what is wrong.
 */
export async function createAssignmentRule(call: CrmCall, raw: unknown): Promise<string> {
  const { store, space, user, nowMs } = call;
  const rule = readDefinition(space, raw);
  const [id] = await store.ids.take(space.dataSpace, 1);
  try {
    await changeSpace(call, async (transaction) => {
      const rules = await transaction.query({
        text: 'SELECT 1 FROM crm_assignment_rule WHERE data_space = $1',
        values: [space.dataSpace],
      });
      if (rules.length >= limits.rules) throw new Refusal('LIMIT_EXCEEDED', { details: { limit: limits.rules } });
      await transaction.query({
        text: `INSERT INTO crm_assignment_rule (data_space, rule_id, module, name, description, default_assignee,
                                                created_by, created_at_ms, modified_by, modified_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $8)`,
        values: [space.dataSpace, id, rule.module, rule.name, rule.description, rule.defaultAssignee, user.id, nowMs],
      });
      await insertEntries(transaction, space, id as string, rule);
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new Refusal('DUPLICATE_DATA', { details: { api_name: 'name', json_path: '$.name' } });
  }
  return id as string;
}

async function insertEntries(transaction: Queryable, { dataSpace }: Space, id: string, rule: Definition) {
  for (const { position, criteria, users } of rule.entries) {
    await transaction.query({
      text: `INSERT INTO crm_assignment_entry (data_space, rule_id, position, criteria, users)
             VALUES ($1, $2, $3, $4, $5)`,
      values: [dataSpace, id, position, criteria === null ? null : JSON.stringify(criteria), users],
    });
  }
}

/** @returns whether there was such a rule. */
export async function deleteAssignmentRule(call: CrmCall, id: string): Promise<boolean> {
  const values = [call.space.dataSpace, id];
  return changeSpace(call, async (transaction) => {
    await transaction.query({
      text: 'DELETE FROM crm_assignment_entry WHERE data_space = $1 AND rule_id = $2',
      values,
    });
    const gone = await transaction.query({
      text: 'DELETE FROM crm_assignment_rule WHERE data_space = $1 AND rule_id = $2 RETURNING 1',
      values,
    });
    return gone.length > 0;
  });
}

function readDefinition(space: Space, raw: unknown): Definition {
  const reading = readPlainItem(raw, fields, '$', true);
  if (reading.failure) throw refusalOf(reading.failure);
  const { item, values } = reading;
  const text = (name: string) => (values.get(name) ?? null) as string | null;
  const module = space.metadata.find(text('module') as string);
  if (!module || !servesRecords(module)) {
    throw new Refusal('INVALID_MODULE', { details: { api_name: 'module', json_path: '$.module' } });
  }
  const email = text('default_assignee');
  return {
    name: text('name') as string,
    module: module.number,
    description: text('description'),
    defaultAssignee: email === null ? null : userByEmail(space, email, '$.default_assignee'),
    entries: itemListOf(item, 'entries', limits.entries).map((entry, position) => {
      const place = `$.entries[${position}]`;
      if (!isJsonObject(entry)) throw invalid(place, { expected_data_type: 'jsonobject' });
      const users = itemListOf(entry, 'users', limits.users).map((each, index) =>
        userByEmail(space, each, `${place}.users[${index}]`),
      );
      return { position, criteria: readCriteria(module, entry.criteria, `${place}.criteria`), users };
    }),
  };
}

function readCriteria(module: Module, raw: unknown, place: string): unknown {
  if (raw === undefined || raw === null) return null;
  readRuleCriteria(wholeModule(module), raw, place);
  return raw;
}

function userByEmail(space: Space, email: unknown, place: string): string {
  const folded = foldEmailAddress(String(email));
  const found = space.contents.users.find(
    (user) => user.status === 'active' && foldEmailAddress(user.email) === folded,
  );
  if (found) return found.id;
  throw invalid(place, { expected_data_type: 'email of an active user' });
}

function invalid(json_path: string, details: object): Refusal {
  return new Refusal('INVALID_DATA', { details: { ...details, json_path } });
}
