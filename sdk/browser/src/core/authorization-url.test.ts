import { expect, test } from 'vitest';
import { authorizationUrl, newState } from './authorization-url.ts';

const settings = {
  clientId: '1000.ABC',
  scopes: 'ZohoCRM.modules.ALL,ZohoCRM.org.READ',
  accountsUrl: 'http://localhost:8000/',
  redirectUri: 'http://localhost:8090/app/redirect.html?a=1&b=2',
};

test('has the parameters of the original in its order, encoded', () => {
  expect(authorizationUrl(settings, 'auth', 'zohocrmclient.1')).toBe(
    'http://localhost:8000/oauth/v2/auth?scope=ZohoCRM.modules.ALL%2CZohoCRM.org.READ&client_id=1000.ABC' +
      '&response_type=token&state=zohocrmclient.1' +
      '&redirect_uri=http%3A%2F%2Flocalhost%3A8090%2Fapp%2Fredirect.html%3Fa%3D1%26b%3D2',
  );
});

test('renews at its own address', () => {
  expect(authorizationUrl(settings, 'auth/refresh', 's')).toContain(
    'http://localhost:8000/oauth/v2/auth/refresh?scope=',
  );
});

test('makes a new state for every attempt, which needs no encoding', () => {
  const states = new Set(Array.from({ length: 100 }, () => newState()));
  expect(states.size).toBe(100);
  for (const state of states) expect(state).toMatch(/^zohocrmclient\.[0-9a-f]{32}$/);
});
