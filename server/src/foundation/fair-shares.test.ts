import { expect, test } from 'vitest';
import { FairShares } from './fair-shares.ts';

const of = (tenant: string, count: number, receiver?: string) =>
  Array.from({ length: count }, () => ({ tenant, receiver }));
const tenants = (admitted: readonly { tenant: string }[]) => admitted.map(({ tenant }) => tenant).join('');

test('tenants take turns, and each has its share', () => {
  const shares = new FairShares({ total: 6, perTenant: 2, perReceiver: 9, reserved: 0 });
  const waiting = [...of('a', 300), ...of('b', 1), ...of('c', 3)];
  expect(tenants(shares.admit(waiting))).toBe('abcac');
  expect(shares.admit(of('a', 1))).toEqual([]);
  expect(tenants(shares.admit(of('d', 2)))).toBe('d');
  expect(shares.hasRoom).toBe(false);
});

test('some places are for those who have none', () => {
  const shares = new FairShares({ total: 4, perTenant: 9, perReceiver: 9, reserved: 2 });
  expect(tenants(shares.admit(of('a', 9)))).toBe('aa');
  expect(tenants(shares.admit([...of('a', 9), ...of('b', 9), ...of('c', 9)]))).toBe('bc');
});

test('whose turn is longest ago comes first, however short the works are', () => {
  const shares = new FairShares({ total: 1, perTenant: 1, perReceiver: 9, reserved: 0 });
  const waiting = [...of('a', 300), ...of('b', 300)];
  let turns = '';
  for (let turn = 0; turn < 6; turn++) {
    const admitted = shares.admit(waiting);
    turns += tenants(admitted);
    for (const each of admitted) shares.leave(each);
  }
  expect(turns).toBe('ababab');
});

test('a receiver has a share of its own, over all tenants', () => {
  const shares = new FairShares({ total: 9, perTenant: 9, perReceiver: 2, reserved: 0 });
  const admitted = shares.admit([...of('a', 5, 'x'), ...of('b', 5, 'x'), ...of('a', 1, 'y')]);
  expect(admitted.map(({ tenant, receiver }) => `${tenant}${receiver}`)).toEqual(['ax', 'bx', 'ay']);
  for (const each of admitted) shares.leave(each);
  expect(shares.admit(of('a', 5, 'x'))).toHaveLength(2);
});
