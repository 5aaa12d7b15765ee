import { afterAll, expect, test } from 'vitest';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { multipart } from '../../testing/multipart.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);

for (const [name, id, type, length] of [
  ['Papers', 900_000_001, 'fileupload', 2],
  ['Pictures', 900_000_002, 'imageupload', 10],
] as const) {
  await crm.database.query({
    text: `INSERT INTO crm_custom_field (data_space, module, api_name, definition, created_at_ms, modified_at_ms)
           SELECT data_space, 2175, $1, $2, 0, 0 FROM crm_data_space`,
    values: [name, JSON.stringify({ id, api_name: name, label: name, type, length })],
  });
}
const upload = async (filename: string, token = crm.token) => {
  const answer = await call('POST', 'files', {
    ...multipart({ file: { filename, content: `of ${filename}` } }),
    token,
  });
  return answer.json.data[0].details.id as string;
};
const put = async (id: string, Papers: unknown) =>
  (await call('PUT', `Leads/${id}`, { body: { data: [{ Papers }] } })).json.data[0];

test('a field holds files, which come and go one by one', async () => {
  const [a, b, c] = [await upload('a.pdf'), await upload('b.pdf'), await upload('c.pdf')];
  const lead = await one('Leads', { Last_Name: 'x', Papers: [{ File_Id__s: a }], Pictures: [{ File_Id__s: b }] });
  const read = async () => (await call('GET', `Leads/${lead}`)).json.data[0];
  const first = await read();
  expect(first.Papers).toMatchObject([
    { File_Id__s: a, File_Name__s: 'a.pdf', Size__s: '8', Created_By__s: { name: 'Ada Lovelace' } },
  ]);
  expect(first.Pictures).toMatchObject([{ File_Name__s: 'b.pdf', Sequence_Number__s: 1 }]);
  expect((await put(lead, [{ File_Id__s: c }])).code).toBe('SUCCESS');
  expect((await put(lead, [{ File_Id__s: b }])).code).toBe('LIMIT_EXCEEDED');
  const { id } = first.Papers[0];
  const query = { fields_attachment_id: id };
  const got = await call('GET', `Leads/${lead}/actions/download_fields_attachment`, { query });
  expect([got.text, got.headers['content-disposition']]).toEqual([
    'of a.pdf',
    `attachment; filename="a.pdf"; filename*=UTF-8''a.pdf`,
  ]);
  expect((await put(lead, [{ id, _delete: null }, { File_Id__s: b }])).code).toBe('SUCCESS');
  expect((await read()).Papers.map((each: { File_Name__s: string }) => each.File_Name__s)).toEqual(['c.pdf', 'b.pdf']);
  expect((await call('GET', `Leads/${lead}/actions/download_fields_attachment`, { query })).status).toBe(400);
  const copy = await call('POST', `Leads/${lead}/actions/clone`, { body: { data: [{ Papers: [{ id }] }] } });
  expect((await call('GET', `Leads/${copy.json.data[0].details.id}`)).json.data[0].Papers).toEqual([]);
});

test('what is no file of this organization is refused', async () => {
  const lead = await one('Leads', { Last_Name: 'x' });
  const token = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
  const foreign = await upload('theirs.pdf', token);
  const papers = [
    [{ File_Id__s: foreign }],
    [{ File_Id__s: 'f'.repeat(64) }],
    [{ File_Id__s: '\ud800' }],
    [{ id: '1', _delete: null }],
    [7],
    'x',
  ];
  for (const each of papers) expect((await put(lead, each)).code).toBe('INVALID_DATA');
  expect((await put(lead, [{}])).code).toBe('MANDATORY_NOT_FOUND');
});
