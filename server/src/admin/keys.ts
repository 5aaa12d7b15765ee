import type { SigningAlgorithm } from '../accounts/signing/signing-algorithms.ts';
import type { SigningKeyDescription } from '../accounts/signing/signing-keys.ts';
import type { AdminContext } from './context.ts';
import { conflict, notFound } from './failure.ts';
import { recordOperatorEvent } from './operator-events.ts';
import { administered } from './users.ts';

/** A signing key, as the command line shows it. */
export interface DescribedKey {
  readonly key_id: string;
  readonly algorithm: string;
  readonly state: SigningKeyDescription['state'];
  readonly created_at: string;
  readonly signs_from: string;
  readonly signs_until: string | null;
  /** When it leaves the key set; null while it may still sign. */
  readonly published_until: string | null;
}

/** The signing keys of a data centre, newest first; those that are gone included. */
export async function listSigningKeys(context: AdminContext, dataCenterId: string): Promise<DescribedKey[]> {
  return (await administered(context, dataCenterId).signingKeys.list()).map(describe);
}

/** Makes a new key, which verifiers can fetch at once and which signs after the lead time. */
export async function rotateSigningKey(
  context: AdminContext,
  dataCenterId: string,
  algorithm?: SigningAlgorithm,
): Promise<DescribedKey> {
  const { signingKeys } = administered(context, dataCenterId);
  const rotation = await signingKeys.rotate(algorithm);
  if (rotation.kind === 'next key waits') {
    throw conflict(
      `key ${rotation.keyId} of data centre "${dataCenterId}" is published already and signs from ${time(rotation.activeFromMs)}; rotate again after that`,
    );
  }
  const key = describe(rotation.key);
  recordOperatorEvent(context, dataCenterId, {
    kind: 'keys',
    action: 'rotate',
    detail: { rotatedTo: key.key_id, signsFrom: key.signs_from },
  });
  return key;
}

/** Takes a key away at once, in an emergency. @throws AdminFailure when there is none to take. */
export async function retireSigningKey(
  context: AdminContext,
  dataCenterId: string,
  keyId: string,
): Promise<DescribedKey[]> {
  const { signingKeys } = administered(context, dataCenterId);
  if (!(await signingKeys.retire(keyId))) {
    throw notFound(`data centre "${dataCenterId}" has no signing key ${keyId} that could be retired`);
  }
  recordOperatorEvent(context, dataCenterId, { kind: 'keys', action: 'retire', detail: { retired: keyId } });
  return listSigningKeys(context, dataCenterId);
}

function describe(key: SigningKeyDescription): DescribedKey {
  return {
    key_id: key.keyId,
    algorithm: key.algorithm,
    state: key.state,
    created_at: time(key.createdAtMs),
    signs_from: time(key.activeFromMs),
    signs_until: key.retiredAtMs === null ? null : time(key.retiredAtMs),
    published_until: key.publishedUntilMs === null ? null : time(key.publishedUntilMs),
  };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
