import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../../../../testing/platform-process.ts';
import { checkedCalls } from '../../../testing/checked-call.ts';
import { contractCheck } from '../../../testing/contract-check.ts';
import { type Answer, type CallOptions, startCrm } from '../../../testing/crm-platform.ts';
import { unzip } from '../testing/zips.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { create, one } = checkedCalls(crm);
const check = contractCheck();
const json = { 'content-type': 'application/json' };

async function bulk(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const answer = await crm.call(method, `/crm/bulk/v8/${path}`, { headers: json, ...options });
  expect(check?.(method, `/crm/bulk/v8/${path}`, answer.status, answer.json)).toBeUndefined();
  return answer;
}
const start = (query: object, more: object = {}) => bulk('POST', 'read', { body: { query, ...more } });
const jobOf = (answer: Answer): string => {
  expect(answer.status, answer.text).toBe(201);
  return answer.json.data[0].details.id;
};

async function ended(id: string) {
  for (;;) {
    const answer = await bulk('GET', `read/${id}`);
    expect(answer.status).toBe(200);
    const [job] = answer.json.data;
    if (job.state === 'COMPLETED' || job.state === 'FAILURE') return job;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The lines of the result of a query. */
async function rows(query: object): Promise<string[]> {
  const id = jobOf(await start(query));
  const job = await ended(id);
  expect(job.state, JSON.stringify(job)).toBe('COMPLETED');
  if (job.result.count === 0) {
    expect((await bulk('GET', `read/${id}/result`)).status).toBe(204);
    return [];
  }
  const answer = await bulk('GET', `read/${id}/result`);
  expect(answer.headers['content-disposition']).toBe(`attachment; filename="${id}.zip"; filename*=UTF-8''${id}.zip`);
  const files = await unzip(answer.bytes);
  expect([...files.keys()]).toEqual([`${id}.csv`]);
  return (files.get(`${id}.csv`) ?? '').trimEnd().split('\n');
}
const module = (api_name: string) => ({ api_name });
const criteria = (api_name: string, comparator: string, value: unknown) => ({ field: { api_name }, comparator, value });

const account = await one('Accounts', { Account_Name: 'Zylker, "Ltd"' });
const contact = await one('Contacts', { Last_Name: 'Boyle', Account_Name: { id: account } });
const [first, second, third] = (await create(
  'Leads',
  { Last_Name: '=1+1', Company: 'A, B', Annual_Revenue: 10.5, Email_Opt_Out: true, Tag: [{ name: 'Prime' }] },
  { Last_Name: 'Two\nlines', Company: 'He said "no"', Annual_Revenue: 20 },
  { Last_Name: 'Three', Company: 'C', Lead_Source: 'Trade Show' },
)) as [string, string, string];

describe('results (crm-api 9.1)', () => {
  test('hold the asked columns behind the id, quoted where CSV needs it, values as they are', async () => {
    const query = {
      module: module('Leads'),
      fields: ['Last_Name', 'Company', 'Annual_Revenue', 'Email_Opt_Out', 'Tag'],
    };
    expect(await rows(query)).toEqual([
      'Id,Last_Name,Company,Annual_Revenue,Email_Opt_Out,Tag',
      `${first},=1+1,"A, B",10.5,true,Prime`,
      `${second},"Two`,
      'lines","He said ""no""",20,false,',
      `${third},Three,C,,false,`,
    ]);
  });

  test('follow one look-up, and show times in the zone of the reader', async () => {
    const query = {
      module: module('Contacts'),
      fields: ['Last_Name', 'Account_Name', 'Account_Name.Account_Name', 'Owner.last_name', 'Created_Time'],
    };
    expect((await rows(query))[1]).toBe(
      `${contact},Boyle,${account},"Zylker, ""Ltd""",Lovelace,2026-03-10T05:00:00-07:00`,
    );
  });

  test('hold all fields when none are asked for', async () => {
    const [header = '', ...lines] = await rows({ module: module('Accounts') });
    expect(header.split(',')).toEqual(expect.arrayContaining(['Id', 'Account_Name', 'Owner', 'Modified_Time']));
    expect(lines).toHaveLength(1);
  });

  test('v2 names the module without an object', async () => {
    expect(await rows({ module: 'Accounts', fields: ['Account_Name'] })).toHaveLength(2);
  });

  test('of every module can be made', async () => {
    for (const name of ['Deals', 'Tasks', 'Calls', 'Quotes', 'Products', 'Cases', 'Notes']) {
      expect(await rows({ module: module(name) })).toEqual([]);
    }
  });
});

test('meetings become a calendar', async () => {
  const event = await one('Events', {
    Event_Title: 'Lunch; with, all\nEND:VEVENT',
    Start_DateTime: '2026-03-12T12:00:00+01:00',
    End_DateTime: '2026-03-12T13:00:00+01:00',
    Venue: 'A very long address that does not fit into one line of a calendar file, äöü',
  });
  const days = await one('Events', {
    Event_Title: 'Fair',
    All_day: true,
    Start_DateTime: '2026-03-12T00:00:00-07:00',
    End_DateTime: '2026-03-13T00:00:00-07:00',
  });
  const id = jobOf(await start({ module: module('Events') }, { file_type: 'ics' }));
  expect(await ended(id)).toMatchObject({ file_type: 'ics', result: { count: 2 } });
  const files = await unzip((await bulk('GET', `read/${id}/result`)).bytes);
  const text = files.get(`${id}.ics`) ?? '';
  expect([...files.keys()]).toEqual([`${id}.ics`]);
  expect(text.split('\r\n').every((line) => Buffer.byteLength(line) <= 75 && !line.includes('\n'))).toBe(true);
  const lines = text.replaceAll('\r\n ', '').split('\r\n');
  expect(lines.slice(0, 2)).toEqual(['BEGIN:VCALENDAR', 'VERSION:2.0']);
  expect(lines.filter((line) => line === 'END:VEVENT')).toHaveLength(2);
  expect(lines).toEqual(
    expect.arrayContaining([
      `UID:${event}`,
      'DTSTART:20260312T110000Z',
      'DTEND:20260312T120000Z',
      'SUMMARY:Lunch\\; with\\, all\\nEND:VEVENT',
      'LOCATION:A very long address that does not fit into one line of a calendar file\\, äöü',
      `UID:${days}`,
      'DTSTART;VALUE=DATE:20260312',
      'DTEND;VALUE=DATE:20260314',
      'END:VCALENDAR',
    ]),
  );
});

describe('criteria', () => {
  const names = async (tree: object) =>
    (await rows({ module: module('Leads'), fields: ['Company'], criteria: tree })).slice(1).map((row) => row.slice(20));

  test.each([
    ['equal', criteria('Company', 'equal', 'c'), ['C']],
    ['not_equal', criteria('Company', 'not_equal', 'C'), 2],
    ['in', criteria('Company', 'in', ['C', 'A, B']), 2],
    ['contains', criteria('Company', 'contains', 'said'), 1],
    ['starts_with', criteria('Company', 'starts_with', 'A,'), 1],
    ['not_contains', criteria('Company', 'not_contains', 'said'), 2],
    ['numbers', criteria('Annual_Revenue', 'greater_than', 15), 1],
    ['between', criteria('Annual_Revenue', 'between', [10, 11]), 1],
    ['times', criteria('Created_Time', 'between', ['2026-03-10T00:00:00Z', '2026-03-11T00:00:00Z']), 3],
    ['booleans', criteria('Email_Opt_Out', 'equal', true), 1],
    ['empty', criteria('Lead_Source', 'equal', '${' + 'EMPTY}'), 2],
    ['not empty', criteria('Lead_Source', 'not_equal', '${' + 'EMPTY}'), 1],
    ['ids', criteria('id', 'equal', third), ['C']],
    ['sql', criteria('Company', 'equal', `C' OR '1'='1`), 0],
    ['look-ups', criteria('Owner.last_name', 'equal', 'Lovelace'), 3],
    [
      'groups',
      {
        group_operator: 'or',
        group: [
          criteria('Company', 'equal', 'C'),
          {
            group_operator: 'and',
            group: [criteria('Annual_Revenue', 'less_than', 11), criteria('id', 'equal', first)],
          },
        ],
      },
      2,
    ],
  ])('%s', async (_name, tree, expected) => {
    const found = await names(tree);
    if (Array.isArray(expected)) expect(found).toEqual(expected);
    else expect(found).toHaveLength(expected);
  });

  test.each([
    ['an unknown field', criteria('Nope', 'equal', 'x'), 'INVALID_FIELD'],
    ['a comparator that the field has not', criteria('Company', 'greater_than', 'x'), 'INVALID_DATA'],
    ['no comparator', { field: { api_name: 'Company' }, value: 'x' }, 'MANDATORY_NOT_FOUND'],
    ['no value', { field: { api_name: 'Company' }, comparator: 'equal' }, 'MANDATORY_NOT_FOUND'],
    ['a comparator of the prototype', criteria('Company', 'constructor', 'x'), 'INVALID_DATA'],
    ['a value of another type', criteria('Annual_Revenue', 'equal', 'x'), 'INVALID_DATA'],
    ['an object as value', criteria('Company', 'equal', {}), 'INVALID_DATA'],
    ['a group without an operator', { group: [criteria('Company', 'equal', 'C')] }, 'INVALID_DATA'],
    ['an empty group', { group_operator: 'and', group: [] }, 'INVALID_DATA'],
    [
      'ten thousand terms',
      { group_operator: 'or', group: Array.from({ length: 10_000 }, () => criteria('Company', 'equal', 'C')) },
      'LIMIT_EXCEEDED',
    ],
    ['too many values', criteria('Company', 'in', new Array(101).fill('x')), 'LIMIT_EXCEEDED'],
  ])('%s is refused', async (_name, tree, code) => {
    const answer = await start({ module: module('Leads'), criteria: tree });
    expect(answer.status).toBe(400);
    expect(answer.json.code).toBe(code);
  });
});

describe('refusals', () => {
  test.each([
    ['no query', {}, 'MANDATORY_NOT_FOUND'],
    ['no module', { query: {} }, 'MANDATORY_NOT_FOUND'],
    ['an unknown module', { query: { module: module('Nope') } }, 'INVALID_MODULE'],
    ['a module of rows', { query: { module: module('Quoted_Items') } }, 'INVALID_MODULE'],
    ['an unknown field', { query: { module: module('Leads'), fields: ['x"; DROP'] } }, 'INVALID_FIELD'],
    [
      'two look-ups',
      { query: { module: module('Contacts'), fields: ['Account_Name.Owner.id'] } },
      'JOIN_LIMIT_EXCEEDED',
    ],
    ['page 0', { query: { module: module('Leads'), page: 0 } }, 'INVALID_DATA'],
    ['page 501', { query: { module: module('Leads'), page: 501 } }, 'PAGINATION_LIMIT_EXCEEDED'],
    ['a broken token', { query: { page_token: 'x\u0000' } }, 'INVALID_DATA'],
    ['an old token', { query: { page_token: `00000001${'a'.repeat(24)}` } }, 'EXPIRED_VALUE'],
    ['a calendar of leads', { query: { module: module('Leads') }, file_type: 'ics' }, 'INVALID_MODULE'],
    [
      'a calendar with columns',
      { query: { module: module('Events'), fields: ['Event_Title'] }, file_type: 'ics' },
      'INVALID_DATA',
    ],
    ['a file of another type', { query: { module: module('Events') }, file_type: 'pdf' }, 'INVALID_DATA'],
    ['an unknown view', { query: { module: module('Leads'), cvid: '1' } }, 'INVALID_DATA'],
    [
      'a file address',
      { query: { module: module('Leads') }, callback: { url: 'file:///etc', method: 'post' } },
      'INVALID_CALLBACK_URL',
    ],
    [
      'a callback by GET',
      { query: { module: module('Leads') }, callback: { url: 'https://x/', method: 'get' } },
      'INVALID_CALLBACK_METHOD',
    ],
  ])('%s', async (_name, body, code) => {
    const answer = await bulk('POST', 'read', { body });
    expect(answer.json.code).toBe(code);
    expect(answer.status).toBe(400);
  });

  test('bodies must say that they are JSON, and not be empty', async () => {
    const body = { query: { module: module('Leads') } };
    expect((await bulk('POST', 'read', { body, headers: {} })).status).toBe(415);
    expect((await bulk('POST', 'read', { rawBody: '' })).json.code).toBe('REQUEST_BODY_IS_EMPTY');
  });

  test('scopes of bulk and of the module are both needed', async () => {
    const body = { query: { module: module('Leads') } };
    for (const [scopes, status] of [
      [['ZohoCRM.bulk.READ', 'ZohoCRM.modules.leads.READ'], 201],
      [['ZohoCRM.bulk.ALL', 'ZohoCRM.modules.contacts.READ'], 401],
      [['ZohoCRM.modules.ALL'], 401],
    ] as const) {
      expect((await bulk('POST', 'read', { body, token: crm.tokenWithScopes(scopes) })).status).toBe(status);
    }
  });

  test('jobs of another organization do not exist', async () => {
    const id = jobOf(await start({ module: module('Leads'), fields: ['Company'] }));
    const { organizationId, ownerZuid } = crm.neighbour;
    const token = crm.tokenFor(organizationId, ownerZuid);
    const answer = await bulk('GET', `read/${id}`, { token });
    expect([answer.status, answer.json.code, answer.json.details]).toEqual([
      404,
      'RESOURCE_NOT_FOUND',
      { resource: id },
    ]);
    expect((await bulk('GET', `read/${id}/result`, { token })).status).toBe(404);
    expect((await bulk('GET', 'read/abc')).status).toBe(404);
  });

  test('a result is downloaded ten times a minute, and for a day', async () => {
    const id = jobOf(await start({ module: module('Leads'), fields: ['Company'] }));
    await ended(id);
    for (let i = 0; i < 10; i++) expect((await bulk('GET', `read/${id}/result`)).status).toBe(200);
    expect((await bulk('GET', `read/${id}/result`)).status).toBe(429);
    crm.clock.advance(61);
    expect((await bulk('GET', `read/${id}/result`)).status).toBe(200);
  });
});

test('a callback is told over HTTP when the job has ended, and again when it failed', async () => {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      bodies.push(text);
      response.writeHead(bodies.length === 1 ? 503 : 200).end();
    });
  }).listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/done`;
    const id = jobOf(await start({ module: module('Leads') }, { callback: { url, method: 'post' } }));
    while (bodies.length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (bodies.length === 1) {
        crm.clock.advance(11);
        await crm.wakeWorkers();
      }
    }
    const answer = await bulk('GET', `read/${id}`);
    expect(JSON.parse(bodies[1] as string)).toEqual(answer.json);
  } finally {
    server.close();
  }
});

test('a callback goes to no address that calls of the platform may not go to', async () => {
  const strict = await startCrm({ outgoingCalls: { allowLoopback: false } });
  let calls = 0;
  const server = createServer((_, response) => {
    calls++;
    response.end();
  }).listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const body = { callback: { url, method: 'post' }, query: { module: module('Leads') } };
    const headers = { 'content-type': 'application/json' };
    expect((await strict.call('POST', '/crm/bulk/v8/read', { body, headers })).status).toBe(201);
    const triedOnce = {
      text: 'SELECT 1 FROM crm_job WHERE ended_at_ms IS NOT NULL AND lease IS NULL AND attempts = 1',
    };
    await until(async () => (await strict.database.query(triedOnce)).length === 1, 'the callback was tried');
    expect(calls).toBe(0);
  } finally {
    server.close();
    await strict.close();
  }
});
