import { expect, test } from 'vitest';
import type { AccountsContext } from '../context.ts';
import { authorizationSteps, silentRefreshSteps } from './authorization-request.ts';
import { noSteps } from './steps.ts';

const incoming = { context: {} as AccountsContext, parameters: new URLSearchParams('number=7') };

test('a step gets what the steps before it found, and the first refusal ends the list', async () => {
  const ran: string[] = [];
  const list = noSteps
    .read(function number(_found, { parameters }) {
      return { number: Number(parameters.get('number')) };
    })
    .check(function even({ number }) {
      ran.push('even');
      return number % 2 === 0 ? undefined : { outcome: 'ScopeMissing', detail: { number } };
    })
    .read(async function double({ number }) {
      ran.push('double');
      return { doubled: number * 2 };
    });
  expect(list.names).toEqual(['number', 'even', 'double']);
  expect(await list.run(incoming)).toEqual({ outcome: 'ScopeMissing', detail: { number: 7 } });
  expect(ran).toEqual(['even']);
  const even = { ...incoming, parameters: new URLSearchParams('number=8') };
  expect(await list.run(even)).toEqual({ number: 8, doubled: 16 });
});

test('an authorization request is checked in the order of the wire', () => {
  expect(authorizationSteps.names).toEqual([
    'parameterLengths',
    'clientId',
    'responseType',
    'clientForEntry',
    'allowedResponseType',
    'redirectUri',
    'scopes',
    'prompt',
    'maxAge',
    'responseMode',
    'nonce',
    'challenge',
    'unchecked',
  ]);
  expect(silentRefreshSteps.names).toEqual([...authorizationSteps.names, 'implicitFlow']);
});
