import { createHash } from 'node:crypto';
import type { Queryable } from '../../database/database.ts';
import type { Expiring } from '../../database/delete-expired.ts';
import type { CrmAnswer, CrmCall } from '../kernel/call.ts';
import { Refusal } from '../kernel/errors.ts';
import type { Operation } from '../kernel/operation.ts';
import { storeFor } from '../store/records/limited-records.ts';
import { inOneTransaction } from '../store/records/transaction-store.ts';

/**
 * Creates with an `Idempotency-Key` (crm-api 14.6): an addition that foreign clients need not send. For a day the same
 * key with the same request has the same answer, and nothing is created a second time; not by a second request of the
 * same moment, nor when the process ends between the write and its answer: key, records and answer are one transaction.
 */
const ttlMs = 86_400_000;
const keyForm = /^[\x21-\x7e]{1,255}$/;
const header = 'idempotency-key';

/** Whether the operation honours keys. */
export function takesIdempotencyKey({ keyless, method, takesFiles }: Operation): boolean {
  return method === 'POST' && !takesFiles && !keyless;
}

/** Whether the call has a key that its operation honours. */
export function hasIdempotencyKey(operation: Operation, headers: CrmCall['headers']): boolean {
  return headers[header] !== undefined && takesIdempotencyKey(operation);
}

/** Runs the operation, or answers what the same call was answered before. */
export async function runOnce(operation: Operation, call: CrmCall): Promise<CrmAnswer> {
  const { store, space, grant, user } = call;
  const key = call.headers[header];
  if (typeof key !== 'string' || !keyForm.test(key)) throw keyRefused('IdempotencyKeyMalformed', key);
  const place = [space.dataSpace, grant.clientId, user.id, key];
  const digest = digestOf(operation, call);
  // Requests of this process wait here, and hold no connection meanwhile; those of others wait for the row.
  return store.changeLocks.run([`idempotency/${place.join('/')}`], async () => {
    const known = await find(store.database, place, call.nowMs);
    if (known) return replay(known, digest);
    return inOneTransaction(store, space.dataSpace, async (inner, transaction) => {
      const taken = await transaction.query({
        text: `INSERT INTO crm_idempotency_key (data_space, client_id, user_id, idempotency_key, request_digest, expires_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (data_space, client_id, user_id, idempotency_key) DO UPDATE
                 SET request_digest = EXCLUDED.request_digest, expires_at_ms = EXCLUDED.expires_at_ms, status = NULL
                 WHERE crm_idempotency_key.expires_at_ms <= $7
               RETURNING true AS taken`,
        values: [...place, digest, call.nowMs + ttlMs, call.nowMs],
      });
      if (taken.length === 0) return replay((await find(transaction, place, call.nowMs)) as Kept, digest);
      const answer = await operation.handle({ ...call, store: storeFor(inner, call) });
      await transaction.query({
        text: `UPDATE crm_idempotency_key SET status = $5, answer = $6
               WHERE data_space = $1 AND client_id = $2 AND user_id = $3 AND idempotency_key = $4`,
        values: [
          ...place,
          answer.status,
          answer.text ?? (answer.json === undefined ? null : JSON.stringify(answer.json)),
        ],
      });
      return answer;
    });
  });
}

interface Kept {
  readonly request_digest: string;
  readonly status: number;
  readonly answer: string | null;
}

async function find(queryable: Queryable, place: readonly unknown[], nowMs: number): Promise<Kept | undefined> {
  const [row] = await queryable.query<Kept>({
    text: `SELECT request_digest, status, answer FROM crm_idempotency_key
           WHERE data_space = $1 AND client_id = $2 AND user_id = $3 AND idempotency_key = $4 AND expires_at_ms > $5`,
    values: [...place, nowMs],
  });
  return row;
}

function replay(kept: Kept, digest: string): CrmAnswer {
  if (kept.request_digest !== digest) throw keyRefused('IdempotencyKeyReused');
  const { status, answer } = kept;
  return {
    status,
    ...(answer === null ? {} : { json: JSON.parse(answer) }),
    headers: { 'idempotent-replayed': 'true' },
  };
}

/** What makes two requests the same: operation, version, path, query and body. */
function digestOf(operation: Operation, call: CrmCall): string {
  const request = [operation.method, operation.path, call.version.name, call.path, call.query.toString()];
  return createHash('sha256').update(JSON.stringify(request)).update('\n').update(call.body).digest('hex');
}

function keyRefused(outcome: 'IdempotencyKeyMalformed' | 'IdempotencyKeyReused', came?: unknown): Refusal {
  return new Refusal('INVALID_DATA', {
    details: { header_name: 'Idempotency-Key' },
    message:
      outcome === 'IdempotencyKeyReused'
        ? 'the Idempotency-Key given was used for another request'
        : 'the Idempotency-Key given seems to be invalid',
    outcome,
    ...(came === undefined ? {} : { reason: { came: String(came).slice(0, 100) } }),
  });
}

/** Keys are forgotten when they end. */
export const expiringKeys: Expiring = { table: 'crm_idempotency_key', column: 'expires_at_ms', keptMs: 0 };
