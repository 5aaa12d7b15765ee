import type { Database } from '../../database/database.ts';
import type { Ending } from '../../database/delete-expired.ts';
import type { EpochMs, SecretHash } from '../../foundation/kinds.ts';
import { keyedHash, secretHash } from '../../foundation/secrets.ts';
import { tieKey } from '../../inspector/flow-key.ts';
import { type CredentialPrefix, credentialOf } from '../../oauth/formats.ts';
import type { ClientId } from '../../oauth/ids.ts';
import type { CredentialSlots, Slot } from '../../oauth/slots.ts';

/** What a device asked for, and what became of it so far. */
export interface DeviceRequest {
  readonly deviceCodeHash: SecretHash;
  readonly clientId: ClientId;
  /** Where the device asked. */
  readonly dataCenter: string;
  readonly scopes: readonly string[];
  readonly offline: boolean;
  readonly createdAtMs: EpochMs;
  readonly expiresAtMs: EpochMs;
  /** Null while the user has not answered. */
  readonly decision: 'approved' | 'rejected' | null;
  /** The data centre that holds the approval: the user's. */
  readonly decidedIn: string | null;
  /** The slot of the user who approved there, under a mask: the directory learns nothing of the user. */
  readonly maskedSlot: number | null;
}

export interface NewDeviceRequest
  extends Omit<DeviceRequest, 'deviceCodeHash' | 'decision' | 'decidedIn' | 'maskedSlot'> {
  readonly deviceCode: string;
  readonly userCode: string;
}

/** One look of a device at its request. */
export interface DevicePoll {
  readonly request: DeviceRequest;
  /** False when the interval since the poll before has not passed; the first poll is always in time (RFC 8628 §3.5). */
  readonly inTime: boolean;
  /** Since the poll before; of the first one since the request. */
  readonly elapsedMs: number;
}

interface Row {
  device_code_hash: Buffer;
  client_id: ClientId;
  data_center: string;
  scopes: string[];
  offline: boolean;
  created_at_ms: string;
  expires_at_ms: string;
  decision: DeviceRequest['decision'];
  decided_in: string | null;
  masked_slot: number | null;
}

const columns =
  'r.device_code_hash, r.client_id, r.data_center, r.scopes, r.offline, r.created_at_ms, r.expires_at_ms, r.decision, r.decided_in, r.masked_slot';

/** How long an expired request is kept, to be told from one that never was. */
const keptMs = 3_600_000;
const deletedAtOnce = 100;

export const endingDeviceRequests: Ending = {
  table: 'device_request',
  column: 'expires_at_ms',
  name: 'device_codes_expired',
  living: 'decision IS NULL',
};

/**
 * The pending requests of all data centres (reference §6), in the directory: a device asks in one data centre, its user
 * may live in another. The request has nothing personal in it. The approval has: it is a row of `authorization_code` in
 * the user's data centre, with all the limits of codes and refresh tokens, and the directory learns only that there is
 * one and in which data centre. Data centres need no way to call each other.
 */
export class DeviceRequests {
  readonly #directory: Database;
  readonly #key: Buffer;
  readonly #slots: CredentialSlots;

  constructor(directory: Database, key: Buffer, slots: CredentialSlots) {
    this.#slots = slots;
    this.#directory = directory;
    this.#key = key;
  }

  /** False when another request has this user code: try again with a new one. Old requests are swept out on the way. */
  async create(fresh: NewDeviceRequest): Promise<boolean> {
    const rows = await this.#directory.query({
      name: 'device-request-create',
      text: `WITH swept AS (
               DELETE FROM device_request WHERE device_code_hash IN (
                 SELECT device_code_hash FROM device_request WHERE expires_at_ms < $9
                 ORDER BY expires_at_ms LIMIT ${deletedAtOnce} FOR UPDATE SKIP LOCKED)
             )
             INSERT INTO device_request (device_code_hash, user_code_hash, client_id, data_center, scopes, offline,
                                         created_at_ms, expires_at_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (user_code_hash) DO NOTHING RETURNING 1`,
      values: [
        secretHash(fresh.deviceCode),
        this.#userCodeHash(fresh.userCode),
        fresh.clientId,
        fresh.dataCenter,
        fresh.scopes,
        fresh.offline,
        fresh.createdAtMs,
        fresh.expiresAtMs,
        fresh.createdAtMs - keptMs,
      ],
    });
    return rows.length === 1;
  }

  async findByUserCode(userCode: string): Promise<DeviceRequest | undefined> {
    const [row] = await this.#directory.query<Row>({
      name: 'device-request-by-user-code',
      text: `SELECT ${columns} FROM device_request r WHERE r.user_code_hash = $1`,
      values: [this.#userCodeHash(userCode)],
    });
    return row && toRequest(row);
  }

  /**
   * Finds the request and counts the poll, in one statement. Only polls of the request's own client that are in time
   * move the clock: a device that asks too often still gets an answer once per interval (T18), and nobody else can slow
   * it down. Each data centre counts for itself, so `other_dc` may be followed by a poll there at once.
   */
  async poll(poll: {
    readonly deviceCode: string;
    readonly clientId: ClientId;
    readonly dataCenter: string;
    readonly nowMs: EpochMs;
    readonly intervalMs: number;
  }): Promise<DevicePoll | undefined> {
    const [row] = await this.#directory.query<Row & { in_time: boolean; before_ms: string }>({
      name: 'device-request-poll',
      text: `WITH r AS (
               SELECT * FROM device_request WHERE device_code_hash = $1
             ), polled AS (
               INSERT INTO device_poll AS p (device_code_hash, data_center, polled_at_ms)
               SELECT device_code_hash, $2, $3::bigint FROM r
               WHERE client_id = $4 AND expires_at_ms > $3
               ON CONFLICT (device_code_hash, data_center) DO UPDATE SET polled_at_ms = EXCLUDED.polled_at_ms
                 WHERE p.polled_at_ms + $5 <= EXCLUDED.polled_at_ms
               RETURNING 1
             )
             SELECT ${columns}, EXISTS (SELECT 1 FROM polled) AS in_time, coalesce(p.polled_at_ms, r.created_at_ms) AS before_ms
             FROM r LEFT JOIN device_poll p ON p.device_code_hash = r.device_code_hash AND p.data_center = $2`,
      values: [secretHash(poll.deviceCode), poll.dataCenter, poll.nowMs, poll.clientId, poll.intervalMs],
    });
    return row && { request: toRequest(row), inTime: row.in_time, elapsedMs: poll.nowMs - Number(row.before_ms) };
  }

  /** Records the user's answer. False when it came too late: expired, or answered before, wherever. */
  async decide(
    request: DeviceRequest,
    answer:
      | { readonly decision: 'approved'; readonly dataCenter: string; readonly slot: Slot }
      | { readonly decision: 'rejected' },
    nowMs: EpochMs,
  ): Promise<boolean> {
    const { dataCenter, slot } = answer.decision === 'approved' ? answer : {};
    const rows = await this.#directory.query({
      name: 'device-request-decide',
      text: `UPDATE device_request SET decision = $2, decided_in = $3, masked_slot = $5
             WHERE device_code_hash = $1 AND decision IS NULL AND expires_at_ms > $4 RETURNING 1`,
      values: [
        request.deviceCodeHash,
        answer.decision,
        dataCenter ?? null,
        nowMs,
        slot === undefined ? null : slot ^ this.#mask(request),
      ],
    });
    return rows.length === 1;
  }

  /**
   * The authorization code that stands for an approved request. It never leaves the platform: the approval, which knows
   * the hash of the device code only, and the poll, which brings the device code, both derive it; the directory tells the
   * poll the slot of whoever approved (null: an approval by an earlier release).
   */
  grantCode(request: DeviceRequest, prefix: CredentialPrefix, slot: Slot | null): string {
    const bytes = keyedHash(this.#key, `grant ${request.deviceCodeHash.toString('hex')}`);
    return slot === null ? credentialOf(bytes, prefix) : this.#slots.deriveCredential(bytes, prefix, slot);
  }

  /** The slot of the user who approved; null before, and for an approval by an earlier release. */
  approvedSlot(request: DeviceRequest): Slot | null {
    return request.maskedSlot === null ? null : request.maskedSlot ^ this.#mask(request);
  }

  #mask(request: DeviceRequest): number {
    return keyedHash(this.#key, `slot ${request.deviceCodeHash.toString('hex')}`).readUInt16BE();
  }

  /** A user code as events may show it; a plain hash of so short a code could be reversed. */
  maskUserCode(userCode: string): string {
    return `#${keyedHash(this.#key, `event ${userCode}`).toString('hex').slice(0, 10)}`;
  }

  /** Ties the pages of a user code to the device that asked for it. */
  tieOf(userCode: string): string {
    return tieKey('device', keyedHash(this.#key, `flow ${userCode}`).toString('hex'));
  }

  #userCodeHash(userCode: string): Buffer {
    return keyedHash(this.#key, `user code ${userCode}`);
  }
}

function toRequest(row: Row): DeviceRequest {
  return {
    deviceCodeHash: row.device_code_hash,
    clientId: row.client_id,
    dataCenter: row.data_center,
    scopes: row.scopes,
    offline: row.offline,
    createdAtMs: Number(row.created_at_ms),
    expiresAtMs: Number(row.expires_at_ms),
    decision: row.decision,
    decidedIn: row.decided_in,
    maskedSlot: row.masked_slot,
  };
}
