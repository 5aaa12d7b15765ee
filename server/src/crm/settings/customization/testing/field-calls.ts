import { expect } from 'vitest';
import { checkedCalls } from '../../../testing/checked-call.ts';
import type { startCrm } from '../../../testing/crm-platform.ts';

/** The calls of the tests that create fields, as the user of `crm`. */
export function fieldCalls(crm: Awaited<ReturnType<typeof startCrm>>) {
  const calls = checkedCalls(crm);
  const fieldsOf = (module: string) => ({ query: { module } });
  const post = (module: string, ...fields: object[]) =>
    calls.call('POST', 'settings/fields', { ...fieldsOf(module), body: { fields } });
  return {
    ...calls,
    fieldsOf,
    post,
    /** Creates a field and answers how it is shown. */
    async created(module: string, field: object) {
      const answer = await post(module, field);
      expect(answer.status, answer.text).toBe(201);
      const { id } = answer.json.fields[0].details;
      const shown = await calls.call('GET', `settings/fields/${id}`, fieldsOf(module));
      return shown.json.fields[0];
    },
    /** The refusal of the only field. */
    async oneError(module: string, field: object) {
      const answer = await post(module, field);
      expect(answer.status, answer.text).toBe(400);
      return answer.json.fields[0];
    },
  };
}
