import { expect, test } from 'vitest';
import { errorPages } from './error-pages.ts';
import { outcomes } from './outcomes.ts';

test('every outcome has a sentence for people, and every form that it names exists', () => {
  for (const [name, entry] of Object.entries(outcomes)) {
    expect(entry.meaning, name).toMatch(/^[A-Z].{10,}\.$/);
    if (entry.page) expect(errorPages[entry.page].title, name).not.toBe('');
    if (entry.token) expect([200, 400, 404, 500, 503], name).toContain(entry.token.status);
  }
});
