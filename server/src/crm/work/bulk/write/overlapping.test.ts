import { expect, test } from 'vitest';
import { overlapping } from './overlapping.ts';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let each = 1; each <= count; each++) yield each;
}

test('the next begins when one lets it, and ends after it', async () => {
  const told: string[] = [];
  await overlapping(numbers(3), async (item, { before, letNext }) => {
    told.push(`${item} begins`);
    await before;
    letNext();
    // The next one begins in between.
    await new Promise(setImmediate);
    told.push(`${item} ends`);
  });
  expect(told).toEqual(['1 begins', '2 begins', '1 ends', '3 begins', '2 ends', '3 ends']);
});

test('what does not let the next begin is alone', async () => {
  const told: string[] = [];
  await overlapping(numbers(2), async (item) => {
    told.push(`${item} begins`);
    await new Promise(setImmediate);
    told.push(`${item} ends`);
  });
  expect(told).toEqual(['1 begins', '1 ends', '2 begins', '2 ends']);
});

test('a failure ends it, and what waits for it', async () => {
  const ended: number[] = [];
  const working = overlapping(numbers(5), async (item, { before, letNext }) => {
    await before;
    letNext();
    await new Promise(setImmediate);
    if (item === 2) throw new Error('two');
    ended.push(item);
  });
  await expect(working).rejects.toThrow('two');
  expect(ended).toEqual([1]);
});

test('nothing is under way when it has failed', async () => {
  let isFirstEnded = false;
  const first = Promise.withResolvers<void>();
  const working = overlapping(numbers(2), async (item, { letNext }) => {
    if (item === 2) {
      setImmediate(first.resolve);
      throw new Error('two');
    }
    letNext();
    await first.promise;
    isFirstEnded = true;
  });
  await expect(working).rejects.toThrow('two');
  expect(isFirstEnded).toBe(true);
});

test('a source that fails is waited for like an item', async () => {
  let isEnded = false;
  const broken = async function* () {
    yield 1;
    throw new Error('source');
  };
  const working = overlapping(broken(), async (_, { letNext }) => {
    letNext();
    await new Promise(setImmediate);
    isEnded = true;
  });
  await expect(working).rejects.toThrow('source');
  expect(isEnded).toBe(true);
});
