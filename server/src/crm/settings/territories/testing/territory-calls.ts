import { expect } from 'vitest';
import { checkedCalls } from '../../../testing/checked-call.ts';
import type { startCrm } from '../../../testing/crm-platform.ts';

export const path = 'settings/territories';
export const codes = (items: { code: string }[]) => items.map(({ code }) => code);
export const equal = (api_name: string, value: unknown) => ({ comparator: 'equal', field: { api_name }, value });

/** The calls of the tests of territories, with what they act on: the topmost territory, and a user beside the owner. */
export async function territoryCalls(crm: Awaited<ReturnType<typeof startCrm>>) {
  const calls = checkedCalls(crm);
  const { organizationId, environments } = crm.organization;
  const dataSpace = environments[0]?.idPrefix as number;
  const top: string = (await calls.call('GET', path)).json.territories[0].id;
  const added = await crm.addUser('Seller');
  const seller = added.find(({ environment }) => environment === 'production')?.userId as string;
  crm.store.spaces.forget(dataSpace);
  const [user] = await crm.database.query<{ zuid: string }>({
    text: 'SELECT zuid FROM crm_user WHERE data_space = $1 AND user_id = $2',
    values: [dataSpace, seller],
  });
  return {
    ...calls,
    top,
    owner: environments[0]?.ownerId as string,
    seller,
    sellerToken: crm.tokenFor(organizationId, user?.zuid as string),
    theirToken: crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid),
    /** Creates a territory, below the topmost if nothing else is said, and answers its id. */
    async make(item: object): Promise<string> {
      const answer = await calls.call('POST', path, {
        body: { territories: [{ reporting_to: { id: top }, ...item }] },
      });
      expect(answer.status, answer.text).toBe(201);
      return answer.json.territories[0].details.id;
    },
  };
}
