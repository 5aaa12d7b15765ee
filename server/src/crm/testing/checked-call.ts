import { expect } from 'vitest';
import { contractCheck } from './contract-check.ts';
import type { Answer, CallOptions, Crm } from './crm-platform.ts';

/** Calls of v8 whose answers are held against the contracts, and records to call about. */
export function checkedCalls(crm: Crm) {
  const check = contractCheck();
  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const answer = await crm.call(method, `/crm/v8/${path}`, options);
    expect(check?.(method, `/crm/v8/${path}`, answer.status, answer.json)).toBeUndefined();
    return answer;
  };
  const create = async (module: string, ...data: object[]): Promise<string[]> => {
    const answer = await call('POST', module, { body: { data } });
    expect(answer.status, answer.text).toBe(201);
    return answer.json.data.map((each: { details: { id: string } }) => each.details.id);
  };
  const one = async (module: string, item: object): Promise<string> => (await create(module, item))[0] as string;
  return { call, create, one };
}
