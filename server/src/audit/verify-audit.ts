import type { Queryable } from '../database/database.ts';
import { sameBytes } from '../foundation/secrets.ts';
import { chainStart, entryHash } from './audit-entry.ts';
import { listAuditEntries } from './audit-rows.ts';
import type { RemovedPart } from './partitions.ts';

/** What was found wrong: where, and what. */
export interface AuditFault {
  readonly sequence: number;
  readonly fault: string;
}

export interface AuditVerification {
  readonly valid: boolean;
  readonly entries: number;
  /** The first and last places of the chain that are there; null where there are none. */
  readonly first: number | null;
  readonly last: number | null;
  /** Hash of the last entry, in hexadecimal digits: whoever keeps it elsewhere sees later that nothing was cut off. */
  readonly head: string | null;
  /** The first ones. */
  readonly faults: readonly AuditFault[];
}

/** An earlier head of the chain, noted elsewhere. */
export interface NotedHead {
  readonly sequence: number;
  readonly hash: string;
}

const entriesAtOnce = 2_000;
const mostFaults = 20;

/** A place where entries are not there. */
interface Gap {
  readonly after: number;
  readonly sequence: number;
  readonly previousHash: Buffer;
}

/**
 * Goes through the whole chain: each entry's hash, its tie to the one before it, and its place. Parts that went with the
 * retention, also meanwhile, are known by the entries that tell of it. `head`: must be in the chain.
 */
export async function verifyAudit(queryable: Queryable, key: Buffer, head?: NotedHead): Promise<AuditVerification> {
  const faults: AuditFault[] = [];
  const gaps: Gap[] = [];
  let entries = 0;
  let first: number | null = null;
  let last = { sequence: 0, hash: chainStart };
  let headHash: string | undefined;
  for (;;) {
    const batch = await listAuditEntries(queryable, { after: last.sequence }, entriesAtOnce, 'oldest');
    for (const entry of batch) {
      const { sequence, hash, previousHash } = entry;
      first ??= sequence;
      entries++;
      if (sequence !== last.sequence + 1) gaps.push({ after: last.sequence, sequence, previousHash });
      else if (!sameBytes(last.hash, previousHash)) {
        faults.push({ sequence, fault: 'expected the hash of the entry before it, got another' });
      }
      if (!sameBytes(entryHash(key, sequence, previousHash, entry), hash)) {
        faults.push({ sequence, fault: 'expected the hash of what the entry says, got another: it was changed' });
      }
      if (head?.sequence === sequence) headHash = hash.toString('hex');
      last = { sequence, hash };
    }
    if (batch.length < entriesAtOnce) break;
  }
  const removed = await removedParts(queryable);
  for (const { after, sequence, previousHash } of gaps) {
    const before = hashBefore(removed, after, sequence);
    if (before === undefined) {
      faults.push({ sequence, fault: `expected entry ${after + 1}, got ${sequence}: entries are missing` });
    } else if (!sameBytes(before, previousHash)) {
      faults.push({ sequence, fault: 'expected the hash with which the removed part ended, got another' });
    }
  }
  const gone = head && removed.some((part) => part.first <= head.sequence && head.sequence <= part.last);
  if (head && !gone && headHash !== head.hash.toLowerCase()) {
    const came = headHash ?? 'no such entry: the end of the log was cut off';
    faults.push({ sequence: head.sequence, fault: `expected the hash ${head.hash} that was noted, got ${came}` });
  }
  return {
    valid: faults.length === 0,
    entries,
    first,
    last: entries === 0 ? null : last.sequence,
    head: entries === 0 ? null : last.hash.toString('hex'),
    faults: faults.toSorted((one, other) => one.sequence - other.sequence).slice(0, mostFaults),
  };
}

async function removedParts(queryable: Queryable): Promise<RemovedPart[]> {
  const found: RemovedPart[] = [];
  for (let after = 0; ; ) {
    const entries = await listAuditEntries(queryable, { action: 'audit', after }, entriesAtOnce, 'oldest');
    for (const { detail } of entries) {
      found.push(...((JSON.parse(detail) as { removed?: readonly RemovedPart[] }).removed ?? []));
    }
    if (entries.length < entriesAtOnce) return found;
    after = entries.at(-1)?.sequence ?? after;
  }
}

/** The hash before `sequence` when everything after `place` was removed by retention; undefined when it was not. */
function hashBefore(removed: readonly RemovedPart[], place: number, sequence: number): Buffer | undefined {
  const end = removed.find(({ last }) => last === sequence - 1);
  if (!end) return undefined;
  // Of what came before the first entry that is left, older removals are not told of any more.
  if (place === 0) return Buffer.from(end.lastHash, 'hex');
  for (let reached = place; reached < sequence - 1; ) {
    const part = removed.find(({ first, last }) => first <= reached + 1 && reached < last);
    if (!part) return undefined;
    reached = part.last;
  }
  return Buffer.from(end.lastHash, 'hex');
}
