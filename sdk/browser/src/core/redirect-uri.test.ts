import { expect, test } from 'vitest';
import { redirectUriFor } from './redirect-uri.ts';

// The first four rows are what the original computes; the fifth is where it loses the slash.
test.each([
  ['http://127.0.0.1:9300/index.html', 'http://127.0.0.1:9300/app/redirect.html'],
  ['http://127.0.0.1:9300/d/e/index.html', 'http://127.0.0.1:9300/d/app/redirect.html'],
  ['https://x.test/a/b/page.html', 'https://x.test/a/redirect.html'],
  ['https://x.test/a/page.html', 'https://x.test/redirect.html'],
  ['https://x.test/page.html', 'https://x.test/redirect.html'],
  ['https://x.test/', 'https://x.test/redirect.html'],
  ['http://localhost:8090/', 'http://localhost:8090/app/redirect.html'],
])('%s goes back to %s', (page, expected) => {
  expect(redirectUriFor(new URL(page))).toBe(expected);
});
