import type pg from 'pg';

/** What oidc-provider asks of a store (its documentation names this class "Adapter"). */
type Payload = Readonly<Record<string, unknown>>;

/**
 * A store for oidc-provider as its users write one for PostgreSQL: a table for each model, what it holds as JSON, columns
 * with an index for what it is looked up by, prepared statements on a pool.
 */
export class PostgresAdapter {
  static pool: pg.Pool;
  readonly #model: string;
  readonly #table: string;

  constructor(model: string) {
    this.#model = model;
    this.#table = tableOf(model);
  }

  static async createTables(pool: pg.Pool, models: readonly string[]): Promise<void> {
    PostgresAdapter.pool = pool;
    for (const table of models.map(tableOf)) {
      await pool.query(`
        CREATE TABLE ${table} (
          id text PRIMARY KEY, payload jsonb NOT NULL, grant_id text, user_code text UNIQUE, uid text UNIQUE,
          expires_at timestamptz, consumed_at timestamptz);
        CREATE INDEX ON ${table} (grant_id) WHERE grant_id IS NOT NULL`);
    }
  }

  async upsert(id: string, payload: Payload, expiresIn?: number): Promise<void> {
    await this.#query(
      'upsert',
      `INSERT INTO ${this.#table} (id, payload, grant_id, user_code, uid, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (id) DO UPDATE SET payload = $2, grant_id = $3, user_code = $4, uid = $5, expires_at = $6`,
      [
        ...[id, payload, payload.grantId ?? null, payload.userCode ?? null, payload.uid ?? null],
        expiresIn ? new Date(Date.now() + expiresIn * 1000) : null,
      ],
    );
  }

  find(id: string): Promise<Payload | undefined> {
    return this.#findBy('id', id);
  }

  findByUid(uid: string): Promise<Payload | undefined> {
    return this.#findBy('uid', uid);
  }

  findByUserCode(userCode: string): Promise<Payload | undefined> {
    return this.#findBy('user_code', userCode);
  }

  async consume(id: string): Promise<void> {
    await this.#query('consume', `UPDATE ${this.#table} SET consumed_at = $2 WHERE id = $1`, [id, new Date()]);
  }

  async destroy(id: string): Promise<void> {
    await this.#query('destroy', `DELETE FROM ${this.#table} WHERE id = $1`, [id]);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await this.#query('revoke', `DELETE FROM ${this.#table} WHERE grant_id = $1`, [grantId]);
  }

  async #findBy(column: string, value: string): Promise<Payload | undefined> {
    const text = `SELECT payload, expires_at, consumed_at FROM ${this.#table} WHERE ${column} = $1`;
    const [row] = await this.#query(`by ${column}`, text, [value]);
    if (!row || (row.expires_at && row.expires_at.getTime() <= Date.now())) return undefined;
    return { ...row.payload, ...(row.consumed_at && { consumed: true }) };
  }

  async #query(what: string, text: string, values: unknown[]): Promise<Row[]> {
    const { rows } = await PostgresAdapter.pool.query<Row>({ name: `${this.#model} ${what}`, text, values });
    return rows;
  }
}

interface Row {
  readonly payload: Payload;
  readonly expires_at: Date | null;
  readonly consumed_at: Date | null;
}

/** @param model as oidc-provider names it, like "AuthorizationCode" */
export function tableOf(model: string): string {
  return `oidc_${model.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase()}`;
}
