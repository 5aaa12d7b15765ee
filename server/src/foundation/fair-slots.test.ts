import { expect, test } from 'vitest';
import { FairSlots } from './fair-slots.ts';

/** A work that ends when it is told to. */
function controlled(slots: FairSlots, key: string, begun: string[], name: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = slots.run(key, async () => {
    begun.push(name);
    await promise;
  });
  const end = () => {
    resolve();
    return done;
  };
  return { end };
}

test('keys take turns: a neighbour waits for one of the others, not for all', async () => {
  const slots = new FairSlots({ total: 2, perKey: 2 });
  const begun: string[] = [];
  const many = Array.from({ length: 5 }, (_, index) => controlled(slots, 'a', begun, `a${index}`));
  const neighbours = ['b0', 'b1'].map((name) => controlled(slots, 'b', begun, name));
  await many[0]?.end();
  await many[1]?.end();
  await new Promise(setImmediate);
  expect(begun).toEqual(['a0', 'a1', 'a2', 'b0']);
  await Promise.all([...many, ...neighbours].map(({ end }) => end()));
  expect(begun).toHaveLength(7);
});

test('one key does not fill all slots, and a work that fails gives its slot back', async () => {
  const slots = new FairSlots({ total: 3, perKey: 2 });
  const begun: string[] = [];
  const many = Array.from({ length: 4 }, (_, index) => controlled(slots, 'a', begun, `a${index}`));
  const neighbour = controlled(slots, 'b', begun, 'b0');
  expect(begun).toEqual(['a0', 'a1', 'b0']);
  await neighbour.end();
  await expect(slots.run('b', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await slots.run('b', async () => 'again')).toBe('again');
  await Promise.all(many.map(({ end }) => end()));
});
