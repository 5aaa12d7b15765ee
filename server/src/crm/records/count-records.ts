import type { CrmAnswer, CrmCall } from '../context.ts';
import { Refusal } from '../errors.ts';
import { choiceParameter } from '../http/parameters.ts';
import { recordModule } from './record-module.ts';

/** Parameters that count what a search would find; they are not built yet. */
const searchParameters = ['criteria', 'email', 'phone', 'word'] as const;

/** GET /{module}/actions/count */
export async function countRecords(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, query } = call;
  const module = recordModule(call, 'View');
  const search = searchParameters.find((name) => query.get(name));
  if (search && query.get('cvid')) {
    throw new Refusal('AMBIGUITY_DURING_PROCESSING', {
      details: { ambiguity_due_to: [{ param_name: 'cvid' }, { param_name: search }] },
      message: 'Please use either Cvid or Search Params. Combination of both the params is not allowed',
    });
  }
  if (search || query.get('cvid')) {
    throw new Refusal('INVALID_DATA', { details: { param_name: search ?? 'cvid' }, outcome: 'NotBuilt' });
  }
  const converted = choiceParameter(query, 'converted', ['true', 'false', 'both'], 'false');
  const [row] = await store.database.query<{ count: string }>({
    text: `SELECT count(*) FROM crm_record WHERE data_space = $1 AND module = $2
             AND ($3::boolean IS NULL OR converted = $3)`,
    values: [space.dataSpace, module.number, converted === 'both' ? null : converted === 'true'],
  });
  return { status: 200, json: { count: Number(row?.count ?? 0) } };
}
