import { describe, expect, test } from 'vitest';
import type { ClientType } from './client.ts';
import { type ClientFields, validateClient } from './client-validation.ts';

const options = {
  limits: { redirectUrisPerClient: 3, javascriptDomainsPerClient: 2 },
  plainHttp: false,
  undottedSchemes: false,
};
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
      faultsOf('mobile', {
        ...web,
        redirectUris: ['com.example.app:/cb', 'com.example.app://cb', 'http://127.0.0.1/cb'],
      }),
    ).toEqual([]);
    expect(faultsOf('device', { ...web, redirectUris: [] })).toEqual([]);
    expect(faultsOf('self', { name: 'Self', homepageUrl: null, redirectUris: [], javascriptDomains: [] })).toEqual([]);
  });

  test.each([
    'Leads & more_1',
    'München Büro',
    '東京オフィス ４２',
    'हिन्दी ऐप',
    'Việt\u0323 Nam',
    'شركة',
    'x'.repeat(200),
    '𠮷'.repeat(200),
  ])('the name %j is taken', (name) => expect(faultsOf('server', { ...web, name })).toEqual([]));

  test.each([
    ...['', ' ', 'a<b>', 'a"b', 'a.b', "O'Neil", 'a-b', 'a/b', 'x'.repeat(201), '😀', 'a\tb', 'a\u00a0b'],
    ...['a\u200bb', 'a\u202eb', 'a\u2066b', 'a\u00adb', 'a\0b', 'a\ud800', 'a\ufdd0', 'a\u3164', 'a\u{e0041}'],
  ])('the name %j is refused', (name) => {
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
    'com.example.app:/cb',
    'https://app.example.com/größe',
    'https://münchen.example/cb',
    'https://app.example.com/cb?x=ü',
    'https://app.example.com/\u200bcb',
    'https://app.example.com/c\0b',
    'https://app.example.com/c\nb',
    'https://app.example.com/%zz',
    'https://app.example.com/<cb>',
    'https://app.example.com/{cb}',
    'https://app.example.com:65536/cb',
    'https://app.example.com:99999/cb',
    'https://app.example.com:0/cb',
    'https://app.example.com:/cb',
    'https://app.example.com;script-src/cb',
    'https://app.example.com,evil.test/cb',
    'https://a%2eexample.com/cb',
    'https://127.1/cb',
    'https://0x7f000001/cb',
    'https:///cb',
    'https://?x',
    'https://@app.example.com/cb',
    'https://app.example.com\\@evil.test/cb',
    'http://127.0.0.1:99999/cb',
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

  test.each([
    ['https://münchen.example/größe?q=ü', 'https://xn--mnchen-3ya.example/gr%C3%B6%C3%9Fe?q=%C3%BC'],
    ['https://app.example.com/a|b{c}', 'https://app.example.com/a%7Cb%7Bc%7D'],
    ['com.example.app:/größe', 'com.example.app:/gr%C3%B6%C3%9Fe'],
  ])('the refusal of %s shows the form to register', (uri, form) => {
    const [fault] = validateClient('mobile', { ...web, redirectUris: [uri] }, options);
    expect(fault?.reason).toContain(form);
    expect(faultsOf('mobile', { ...web, redirectUris: [form] })).toEqual([]);
  });

  test.each([
    ...['mailto:a@example.com', 'intent://scan/', 'view-source:https://app.example.com/', 'javascript:alert(1)'],
    ...[
      'data:text/html,x',
      'tel:123',
      'crmleads://',
      'unheard-of://cb',
      'Com.example.app:/cb',
      'com..app:/cb',
      'com.:/cb',
    ],
    ...[
      '.com:/cb',
      'com.example.app:cb',
      'com.example.app://a;b/',
      'com.example.app://u@h/',
      'com.example.app://h:99999/',
    ],
  ])('a mobile client may not have %j: reverse-domain schemes, loopback and https only', (uri) => {
    expect(faultsOf('mobile', { ...web, redirectUris: [uri] })).toEqual(['redirectUris']);
  });

  test('schemes without a dot are a switch, those of the system never', () => {
    const fields = (uri: string) => ({ ...web, redirectUris: [uri] });
    const undotted = { ...options, undottedSchemes: true };
    expect(validateClient('mobile', fields('crmleads://'), undotted)).toEqual([]);
    for (const uri of ['intent://scan/', 'mailto:a', 'crmleads:x', 'javascript://%0aalert(1)']) {
      expect(validateClient('mobile', fields(uri), undotted)).toHaveLength(1);
    }
  });

  test.each([
    'https://münchen.example',
    'https://a;b',
    'https://app.example.com:65536',
    'ftp://a.example',
    'https://u@a.example',
  ])('homepage and JavaScript domain go through the same parser: %s', (uri) => {
    expect(faultsOf('server', { ...web, homepageUrl: uri })).toEqual(['homepageUrl']);
    expect(faultsOf('browser', { ...browser, javascriptDomains: [uri] })).toEqual(['javascriptDomains']);
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
