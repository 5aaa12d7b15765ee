import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { cleanFileName, contentDisposition } from '../../store/files/file-name.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { multipart, type TestPart } from '../../testing/multipart.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);
const lead = await one('Leads', { Last_Name: 'Att' });
const path = `Leads/${lead}/Attachments`;
const fields = { query: { fields: 'File_Name,Size,Parent_Id,Owner,Created_Time' } };
const files = async (table = 'crm_file') =>
  Number((await crm.database.query<{ count: string }>({ text: `SELECT count(*) FROM ${table}` }))[0]?.count);
const upload = (to: string, file: TestPart | readonly TestPart[]) => call('POST', to, multipart({ file }));
const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(64)]);

describe('attachments', () => {
  test('of several pieces come back as they went', async () => {
    const content = Buffer.alloc(1_700_000, 'abcdefghijklmnopq');
    const added = await upload(path, { filename: 'big.bin', content });
    expect([added.status, added.json.data[0].message]).toEqual([200, 'attachment uploaded successfully']);
    const { id } = added.json.data[0].details;
    const listed = await call('GET', path, fields);
    expect(listed.json.data[0]).toMatchObject({
      id,
      File_Name: 'big.bin',
      Size: '1700000',
      Parent_Id: { id: lead, name: 'Att' },
      $type: 'Attachment',
      $se_module: 'Leads',
    });
    expect(listed.json.info).toMatchObject({ count: 1, more_records: false, next_page_token: null });
    const got = await call('GET', `${path}/${id}`);
    expect(got.headers).toMatchObject({
      'content-type': 'application/x-download',
      'content-disposition': `attachment; filename="big.bin"; filename*=UTF-8''big.bin`,
      'content-length': '1700000',
      'x-content-type-options': 'nosniff',
    });
    expect(got.text === content.toString('latin1')).toBe(true);
    expect((await call('DELETE', `${path}/${id}`)).json.data[0].message).toBe('record deleted');
    expect((await call('DELETE', `${path}/${id}`)).json.data[0].code).toBe('INVALID_DATA');
    expect([await files(), await files('crm_file_piece')]).toEqual([0, 0]);
    expect((await call('GET', path, fields)).status).toBe(204);
  });

  test('have pages by token, forth and back', async () => {
    const parent = await one('Leads', { Last_Name: 'Pages' });
    const to = `Leads/${parent}/Attachments`;
    for (const title of ['a', 'b', 'c', 'd', 'e']) {
      await call('POST', to, { query: { attachmentUrl: `https://example.com/${title}`, title } });
    }
    const page = async (query: Record<string, string>) => {
      const fields = 'File_Name,Parent_Id,Owner,Created_Time';
      const { json } = await call('GET', to, { query: { fields, per_page: '2', ...query } });
      return { ...json, names: json.data?.map((each: { File_Name: string }) => each.File_Name).join('') };
    };
    const first = await page({});
    expect(first).toMatchObject({ names: 'ed', info: { page: 1, more_records: true, previous_page_token: null } });
    const second = await page({ page_token: first.info.next_page_token });
    await call('POST', to, { query: { attachmentUrl: 'https://example.com/f', title: 'f' } });
    expect(second).toMatchObject({ names: 'cb', info: { page: 2, more_records: true, sort_order: 'desc' } });
    const third = await page({ page_token: second.info.next_page_token });
    expect(third).toMatchObject({ names: 'a', info: { page: 3, more_records: false, next_page_token: null } });
    expect((await page({ page_token: third.info.previous_page_token })).names).toBe('cb');
    // The contract document leaves the refusals of pages out.
    const refused = async (query: Record<string, string>) =>
      (await crm.call('GET', `/crm/v8/${to}`, { query: { fields: 'File_Name', per_page: '2', ...query } })).json.code;
    const { next_page_token } = first.info;
    expect(await refused({ page_token: next_page_token })).toBe('TOKEN_BOUND_DATA_MISMATCH');
    expect(await refused({ page_token: next_page_token, page: '2' })).toBe('AMBIGUITY_DURING_PROCESSING');
    expect(await refused({ page: '1001' })).toBe('DISCRETE_PAGINATION_LIMIT_EXCEEDED');
  });

  test('may be links, which cannot be downloaded', async () => {
    const query = { attachmentUrl: 'https://example.com/a', title: 'A' };
    const added = await call('POST', path, { query });
    const { id } = added.json.data[0].details;
    const listed = await call('GET', path, fields);
    expect(listed.json.data[0]).toMatchObject({ File_Name: 'A', $link_url: query.attachmentUrl, $type: 'Link URL' });
    expect((await call('GET', `${path}/${id}`)).status).toBe(400);
    const form = await call('POST', path, multipart({ attachmentUrl: { content: 'https://example.com/b' } }));
    expect(form.status).toBe(200);
    for (const attachmentUrl of ['javascript:alert(1)', 'nothing', `https://x/${'a'.repeat(2000)}`]) {
      expect((await call('POST', path, { query: { attachmentUrl } })).json.code).toBe('INVALID_DATA');
    }
    const ids = `${id},${form.json.data[0].details.id},1`;
    expect((await call('DELETE', path, { query: { ids } })).status).toBe(207);
  });

  test.each([
    ['no file', multipart({ other: { filename: 'a', content: 'x' } }), 'MANDATORY_NOT_FOUND'],
    ['no body', {}, 'MANDATORY_NOT_FOUND'],
    ['an end before the end', { ...multipart({}), rawBody: 'no boundary' }, 'INVALID_REQUEST'],
    ['no boundary', { headers: { 'content-type': 'multipart/form-data' }, rawBody: 'x' }, 'INVALID_REQUEST'],
    [
      'half a file',
      {
        ...multipart({}),
        rawBody: multipart({ file: { filename: 'a', content: 'x'.repeat(3000) } }).rawBody.subarray(0, 2000),
      },
      'INVALID_REQUEST',
    ],
  ])('%s is refused', async (_, options, code) => {
    const answer = await crm.call('POST', `/crm/v8/${path}`, options);
    expect([answer.status, answer.json.code]).toEqual([400, code]);
    expect(await files()).toBe(0);
  });

  test('a part without name and content is no file, wherever files are taken', async () => {
    const empty = { filename: '', content: '' };
    const zip = { headers: { feature: 'bulk-write', 'X-CRM-ORG': crm.organization.organizationId } };
    for (const to of [path, 'files', `Leads/${lead}/photo`, 'org/photo', 'upload']) {
      const form = multipart({ file: empty });
      const answer = await crm.call('POST', `/crm/v8/${to}`, {
        ...form,
        ...(to === 'upload' ? { content: true, headers: { ...form.headers, ...zip.headers } } : {}),
      });
      expect([to, answer.status, answer.json.code]).toEqual([to, 400, 'MANDATORY_NOT_FOUND']);
    }
    // It takes the place of none, and a link beside it counts.
    const url = { attachmentUrl: { content: 'https://example.com/c' } };
    expect((await call('POST', path, multipart({ file: empty, ...url }))).status).toBe(200);
    const files = Array.from({ length: 10 }, (_, index) => ({ filename: `f${index}`, content: 'x' }));
    expect((await upload('files', [empty, ...files, empty])).json.data).toHaveLength(10);
    const two = await crm.call('POST', `/crm/v8/${path}`, multipart({ file: files.slice(0, 2) }));
    expect(two.json.code).toBe('LIMIT_EXCEEDED');
    // A file that is empty has a name, and what has content needs none.
    expect((await upload('files', { filename: 'empty.txt', content: '' })).json.data[0].details.name).toBe('empty.txt');
    const nameless = (await upload('files', { filename: '', content: 'abc' })).json.data[0].details;
    expect(nameless.name).toBe('file');
    expect((await call('GET', 'files', { query: { id: nameless.id } })).text).toBe('abc');
    await crm.database.query({ text: 'TRUNCATE crm_file, crm_file_piece, crm_attachment' });
  });

  test('a record that does not exist has none', async () => {
    const answer = await upload('Leads/1/Attachments', { filename: 'a', content: 'x' });
    expect([answer.status, answer.json.message]).toEqual([400, 'the related id given seems to be invalid']);
  });

  test('a multipart body for a call that takes none is read like any other', async () => {
    const { headers } = multipart({});
    const rawBody = JSON.stringify({ data: [{ Last_Name: 'x' }] });
    expect((await crm.call('POST', '/crm/v8/Leads', { headers, rawBody })).status).toBe(201);
    const large = await crm.call('POST', '/crm/v8/Leads', { headers, rawBody: 'x'.repeat(3_000_000) });
    expect(large.status).toBe(413);
  });
});

test('what is too large is refused, leaves nothing and never fills the memory', async () => {
  const api = crm.apis.production;
  await api.listen({ port: 0, host: '127.0.0.1' });
  const { port } = api.server.address() as AddressInfo;
  // What is held, without what waits to be collected. A collection stops everything: there are ten for each file.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = process.memoryUsage().arrayBuffers;
  let most = before;
  const measure = () => {
    collect();
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  };
  const send = (bytes: number, announced: boolean) =>
    new Promise<{ status: number; code: string | undefined }>((resolve, reject) => {
      const head = Buffer.from(
        '--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\nContent-Type: text/plain\r\n\r\n',
      );
      const end = Buffer.from('\r\n--b--\r\n');
      const outgoing = request({
        port,
        method: 'POST',
        path: `/crm/v8/${path}`,
        headers: {
          authorization: `Zoho-oauthtoken ${crm.token}`,
          'content-type': 'multipart/form-data; boundary=b',
          ...(announced ? { 'content-length': head.length + bytes + end.length } : {}),
        },
      });
      outgoing.on('response', (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode as number, code: JSON.parse(text).code }));
      });
      outgoing.on('error', (error) => reject(error));
      const chunk = Buffer.alloc(1024 * 1024);
      void (async () => {
        outgoing.write(head);
        for (let left = bytes; left > 0; left -= chunk.length) {
          if (Math.ceil(left / chunk.length) % 10 === 0) measure();
          if (outgoing.destroyed || outgoing.writableEnded) return;
          if (!outgoing.write(chunk.subarray(0, Math.min(left, chunk.length)))) {
            await new Promise<void>((go) => {
              const done = () => {
                outgoing.off('drain', done).off('close', done);
                go();
              };
              outgoing.on('drain', done).on('close', done);
            });
          }
        }
        outgoing.end(end);
      })();
    });
  const limit = 100 * 1024 * 1024;
  expect(await send(limit + 1, false)).toEqual({ status: 413, code: 'FILE_SIZE_MORE_THAN_ALLOWED_SIZE' });
  expect([await files(), await files('crm_file_piece')]).toEqual([0, 0]);
  expect(await send(limit, true)).toMatchObject({ status: 200 });
  expect(await files()).toBe(1);
  expect(most).toBeGreaterThan(before);
  expect(most - before).toBeLessThan(40 * 1024 * 1024);

  // A client that goes away in the middle leaves nothing either.
  const gone = request({
    port,
    method: 'POST',
    path: `/crm/v8/${path}`,
    headers: { authorization: `Bearer ${crm.token}`, 'content-type': 'multipart/form-data; boundary=b' },
  });
  gone.on('error', () => {});
  gone.write('--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n');
  gone.write(Buffer.alloc(2_000_000));
  await vi.waitFor(async () => expect(await files()).toBe(2));
  gone.destroy();
  await vi.waitFor(async () => expect(await files()).toBe(1));
});

describe('photos', () => {
  test('are images by their content, replaced and deleted', async () => {
    const photo = `Leads/${lead}/photo`;
    const before = await files();
    expect((await call('GET', photo)).status).toBe(204);
    const svg = await upload(photo, { filename: 'a.png', type: 'image/png', content: '<svg onload="x"/>' });
    expect([svg.status, svg.json.code]).toEqual([400, 'INVALID_FILE_TYPE']);
    const added = await upload(photo, { filename: 'me.txt', content: png });
    expect(added.json).toEqual({
      code: 'SUCCESS',
      details: {},
      message: 'photo uploaded successfully',
      status: 'success',
    });
    const got = await call('GET', photo);
    expect([got.status, got.headers['content-type']]).toEqual([200, 'image/png']);
    expect((await call('GET', `Leads/${lead}`)).json.data[0].Record_Image).toMatch(/^[0-9a-f]{64}$/);
    await upload(photo, { filename: 'b.gif', content: 'GIF89a............' });
    expect((await call('GET', photo)).headers['content-type']).toBe('image/gif');
    expect(await files()).toBe(before + 1);
    const large = await upload(photo, {
      filename: 'a.png',
      content: Buffer.concat([png, Buffer.alloc(10 * 1024 * 1024)]),
    });
    expect([large.status, large.json.code]).toEqual([400, 'FILE_SIZE_MORE_THAN_ALLOWED_SIZE']);
    expect((await call('DELETE', photo)).json.message).toBe('Photo deleted');
    expect((await call('GET', photo)).status).toBe(204);
    expect(await files()).toBe(before);
    const deal = await one('Deals', { Deal_Name: 'd', Stage: 'Qualification' });
    expect((await call('GET', `Deals/${deal}/photo`)).json.code).toBe('NOT_SUPPORTED');
  });
});

describe('files', () => {
  test('up to ten at once, all or none', async () => {
    const some = Array.from({ length: 3 }, (_, index) => ({ filename: `f${index}.txt`, content: `content ${index}` }));
    const added = await upload('files', some);
    expect(added.json.data.map((each: { message: string }) => each.message)).toEqual(
      some.map(({ filename }) => `${filename} uploaded Succeessfully`),
    );
    const { id } = added.json.data[1].details;
    const got = await call('GET', 'files', { query: { id } });
    expect([got.status, got.text]).toEqual([200, 'content 1']);
    const before = [await files(), await files('crm_file_piece')];
    const eleven = Array.from({ length: 11 }, (_, index) => ({ filename: `f${index}`, content: 'x' }));
    expect((await upload('files', eleven)).json.code).toBe('LIMIT_EXCEEDED');
    const large = { filename: 'large', content: Buffer.alloc(20 * 1024 * 1024 + 1) };
    expect((await upload('files', [...some, large])).status).toBe(413);
    expect([await files(), await files('crm_file_piece')]).toEqual(before);
    expect((await call('GET', 'files')).json.code).toBe('REQUIRED_PARAM_MISSING');
    expect((await call('GET', 'files', { query: { id: '../../etc/passwd' } })).json.code).toBe('INVALID_DATA');
  });
});

test("another organization's files are unknown", async () => {
  const added = await upload(path, { filename: 'ours.txt', content: 'secret' });
  const { id } = added.json.data[0].details;
  const listed = await call('GET', path, fields);
  const file = listed.json.data[0].$file_id;
  await upload(`Leads/${lead}/photo`, { filename: 'p', content: png });
  const token = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
  const sandbox = crm.tokenFor(crm.organization.organizationId, crm.organization.ownerZuid, { environment: 'sandbox' });
  for (const options of [{ token }, { token: sandbox, environment: 'sandbox' as const }]) {
    expect((await call('GET', path, { ...options, ...fields })).status).toBe(400);
    expect((await call('GET', `${path}/${id}`, options)).status).toBe(400);
    expect((await call('DELETE', `${path}/${id}`, options)).status).toBe(400);
    expect((await call('GET', 'files', { ...options, query: { id: file } })).status).toBe(400);
    expect((await call('GET', `Leads/${lead}/photo`, options)).status).toBe(204);
    expect((await call('DELETE', `Leads/${lead}/photo`, options)).status).toBe(400);
  }
  expect((await call('GET', `${path}/${id}`)).text).toBe('secret');
});

describe('file names', () => {
  test.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\x\\report.pdf', 'report.pdf'],
    ['..', 'file'],
    ['', 'file'],
    [undefined, 'file'],
    ['a\u0000b\r\nSet-Cookie: x.txt', 'abSet-Cookie: x.txt'],
    ['\u202egnp.exe', 'gnp.exe'],
    [`${'x'.repeat(400)}.pdf`, `${'x'.repeat(251)}.pdf`],
  ])('%j is %j', (raw, name) => {
    expect(cleanFileName(raw)).toBe(name);
  });

  test('the header is sound whatever the name, and gives it back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        const name = cleanFileName(raw);
        const header = contentDisposition(name);
        expect(header).toMatch(/^attachment; (filename="[^"\\]*"; )?filename\*=UTF-8''[A-Za-z0-9%._~-]*$/);
        expect(decodeURIComponent(header.slice(header.lastIndexOf("'") + 1))).toBe(name);
      }),
    );
  });
});
