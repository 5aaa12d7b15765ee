import { expect, test } from 'vitest';
import { type EventKind, eventKinds } from './event-kinds.ts';
import { tellSuccess } from './tell-success.ts';

test('every kind of event is told in a sentence, whatever its detail holds', () => {
  for (const kind of Object.keys(eventKinds) as EventKind[]) {
    for (const detail of [undefined, {}, { action: 'constructor', grantType: '__proto__' }, { action: 7 }]) {
      expect(tellSuccess(kind, detail), kind).toMatch(/^\S.*\.$/);
    }
  }
});

test('what was done with a client, and which grant gave a token, is named', () => {
  expect(tellSuccess('client', { action: 'rotate-secret' })).toBe('The secret was replaced by a new one.');
  expect(tellSuccess('token', { grantType: 'refresh_token' })).toBe('The access token was renewed.');
  expect(tellSuccess('api', { operation: 'GET {module}', status: 200 })).toBe('GET {module}: answered with 200.');
});
