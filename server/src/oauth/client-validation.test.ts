import { describe, expect, test } from 'vitest';
import type { ClientType } from './client.ts';
import { type ClientFields, validateClient } from './client-validation.ts';

const options = { limits: { redirectUrisPerClient: 3, javascriptDomainsPerClient: 2 }, plainHttp: false };
const web: ClientFields = {
  name: 'Leads & more_1',
  homepageUrl: 'https://app.example.com',
  redirectUris: ['https://app.example.com/cb'],
  javascriptDomains: [],
};
const browser: ClientFields = { ...web, javascriptDomains: ['https://app.example.com'] };

function faultsOf(type: ClientType, fields: ClientFields): string[] {
  return validateClient(type, fields, options).map((fault) => fault.field);
}

describe('validateClient (reference §9.3, RED-04)', () => {
  test('fields in order pass for every type', () => {
    expect(faultsOf('server', web)).toEqual([]);
    expect(faultsOf('browser', browser)).toEqual([]);
    expect(
      faultsOf('mobile', { ...web, redirectUris: ['crmleads://', 'com.example.app:/cb', 'http://127.0.0.1/cb'] }),
    ).toEqual([]);
    expect(faultsOf('device', { ...web, redirectUris: [] })).toEqual([]);
    expect(faultsOf('self', { name: 'Self', homepageUrl: null, redirectUris: [], javascriptDomains: [] })).toEqual([]);
  });

  test.each(['', ' ', 'a<b>', 'a"b', 'x'.repeat(101)])('the name %j is refused', (name) => {
    expect(validateClient('server', { ...web, name }, options)[0]?.message).toBe('Enter a valid client name');
  });

  test.each([
    'https://*.example.com/cb',
    'https://app.example.com/cb#x',
    'https://user@app.example.com/cb',
    'https://user:pw@app.example.com/cb',
    '/cb',
    'app.example.com/cb',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'http://app.example.com/cb',
    'http://localhost.evil.test/cb',
    'HTTPS://app.example.com/cb',
    'https:/app.example.com',
    'https:\\\\app.example.com',
    'https://app.example.com/c b',
    'crmleads://',
    `https://app.example.com/${'x'.repeat(2050)}`,
    '',
  ])('a server client may not have the redirect URI %j', (uri) => {
    const [fault] = validateClient('server', { ...web, redirectUris: [uri] }, options);
    expect(fault).toMatchObject({ field: 'redirectUris', message: 'Enter a valid redirect URI' });
    expect(fault?.reason).not.toBe('');
  });

  test.each([
    'http://localhost:3000/cb',
    'http://127.0.0.1:8080/cb?x=1',
    'http://[::1]:9/cb',
    'http://app.localhost/cb',
  ])('loopback is first-class: %s', (uri) => {
    expect(faultsOf('server', { ...web, redirectUris: [uri] })).toEqual([]);
  });

  test('http elsewhere is a switch', () => {
    const fields = { ...web, redirectUris: ['http://app.example.com/cb'] };
    expect(validateClient('server', fields, { ...options, plainHttp: true })).toEqual([]);
  });

  test.each([
    'https://app.example.com/',
    'https://app.example.com/x',
    'https://APP.example.com',
    'https://app.example.com:443',
    'app.example.com',
    'https://*.example.com',
    'http://app.example.com',
  ])('the JavaScript domain %j is refused', (domain) => {
    const [fault] = validateClient('browser', { ...browser, javascriptDomains: [domain] }, options);
    expect(fault?.message).toBe('Enter a valid JavaScript Domain URI');
  });

  test('counts, repetitions and fields of other types are refused', () => {
    const many = [
      'https://a.example.com/1',
      'https://a.example.com/2',
      'https://a.example.com/3',
      'https://a.example.com/4',
    ];
    expect(faultsOf('server', { ...web, redirectUris: many })).toEqual(['redirectUris']);
    expect(faultsOf('server', { ...web, redirectUris: [] })).toEqual(['redirectUris']);
    expect(faultsOf('server', { ...web, redirectUris: ['https://a.example.com/', 'https://a.example.com/'] })).toEqual([
      'redirectUris',
    ]);
    expect(faultsOf('server', browser)).toEqual(['javascriptDomains']);
    expect(faultsOf('device', web)).toEqual(['redirectUris']);
    expect(faultsOf('self', web)).toEqual(['homepageUrl', 'redirectUris']);
  });
});
