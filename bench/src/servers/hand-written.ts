import { readFileSync } from 'node:fs';
import Fastify, { type FastifyRequest } from 'fastify';
import pg from 'pg';

/**
 * What people write by hand for one API: Fastify and pg, a table with a column for each key of a lead, tokens in a map,
 * prepared statements, no organizations, permissions, limits, history or search. `GET /crm/v8/Leads/{id}` reads a row by
 * its key and sends what the platform sends; `POST /crm/v8/Leads` inserts rows and answers as the platform does;
 * `POST /durable` does one bare INSERT. SETTINGS names a JSON file: {"host", "user", "database", "tokens", "leads"}.
 */
interface Settings {
  readonly host: string;
  readonly user: string;
  readonly database: string;
  readonly tokens: readonly string[];
  /** Leads as the platform answers them, all with the same keys. */
  readonly leads: readonly Readonly<Record<string, unknown>>[];
}

const { host, user, database, tokens, leads }: Settings = JSON.parse(readFileSync(process.env.SETTINGS ?? '', 'utf8'));
const pool = new pg.Pool({ host, user, database, max: 16 });
const users = new Map(tokens.map((token) => [token, { expiresAtMs: Date.now() + 3_600_000, organizationId: '1' }]));

/** The type of a column: that of the first value which is not null. */
function columnType(name: string): string {
  const value = leads.map((lead) => lead[name]).find((each) => each !== null && each !== undefined);
  if (name === 'id') return 'bigint PRIMARY KEY';
  if (typeof value === 'number') return 'double precision';
  if (typeof value === 'boolean') return 'boolean';
  return typeof value === 'object' ? 'jsonb' : 'text';
}

const names = Object.keys(leads[0] ?? {});
const quoted = (name: string) => pg.escapeIdentifier(name);
await pool.query(`CREATE TABLE lead (${names.map((name) => `${quoted(name)} ${columnType(name)}`).join(', ')});
  CREATE INDEX ON lead ("Modified_Time"); CREATE INDEX ON lead ("Last_Name"); CREATE INDEX ON lead ("Email");
  CREATE SEQUENCE lead_id START 9000000000000;
  CREATE TABLE durable (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL)`);
const insert = `INSERT INTO lead SELECT * FROM jsonb_populate_recordset(NULL::lead, $1)`;
await pool.query(insert, [JSON.stringify(leads)]);
await pool.query('VACUUM ANALYZE lead');

function allows(request: FastifyRequest): boolean {
  const token = request.headers.authorization?.replace(/^(Bearer|Zoho-oauthtoken) /, '');
  return (users.get(token ?? '')?.expiresAtMs ?? 0) > Date.now();
}

const app = Fastify({ logger: false });
const read = { name: 'read', text: 'SELECT * FROM lead WHERE id = $1' };
const refusal = { code: 'INVALID_TOKEN', details: {}, message: 'invalid oauth token', status: 'error' };

app.get<{ Params: { id: string } }>('/crm/v8/Leads/:id', async (request, reply) => {
  if (!allows(request)) return reply.code(401).send(refusal);
  const { rows } = await pool.query({ ...read, values: [request.params.id] });
  return rows.length === 0 ? reply.code(204).send() : { data: rows };
});

app.post<{ Body: { data: Record<string, unknown>[] } }>('/crm/v8/Leads', async (request, reply) => {
  if (!allows(request)) return reply.code(401).send(refusal);
  const { data } = request.body;
  if (!Array.isArray(data) || data.length > 100) return reply.code(400).send({ code: 'INVALID_DATA' });
  const ids = await pool.query({
    name: 'ids',
    text: `SELECT nextval('lead_id') AS id FROM generate_series(1, $1)`,
    values: [data.length],
  });
  const now = new Date().toISOString();
  const rows = data.map((each, index) => {
    if (typeof each.Last_Name !== 'string') throw new Error('Last_Name is missing');
    const fullName = [each.First_Name, each.Last_Name].filter(Boolean).join(' ');
    return { ...leads[0], ...each, id: ids.rows[index].id, Full_Name: fullName, Created_Time: now, Modified_Time: now };
  });
  await pool.query({ name: 'insert', text: insert, values: [JSON.stringify(rows)] });
  const details = { Created_Time: now, Modified_Time: now, Created_By: leads[0]?.Created_By };
  return reply.code(201).send({
    data: rows.map(({ id }) => ({
      ...{ code: 'SUCCESS', details: { ...details, id }, message: 'record added', status: 'success' },
    })),
  });
});

app.post('/durable', async (request) => {
  const values = [JSON.stringify(request.body)];
  await pool.query({ name: 'durable', text: 'INSERT INTO durable (body) VALUES ($1)', values });
  return { access_token: 'x'.repeat(70) };
});

await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${JSON.stringify({ port: (app.server.address() as { port: number }).port })}\n`);
