import type { Random } from '../../foundation/random.ts';
import { platformScopes } from '../../oauth/scopes.ts';
import { notBound } from '../../oauth/token-binding.ts';
import type { CrmCall } from '../kernel/call.ts';
import type { CrmUser, Space } from '../kernel/space/space.ts';
import type { CrmStore } from '../kernel/store.ts';
import { findVersion, type Version } from '../kernel/versions.ts';
import { storeFor } from '../store/records/limited-records.ts';
import { type Job, JobFailure, type JobOrigin } from './job.ts';

/** What the job may do was checked when it was made; its token may have ended since. */
const jobScopes = platformScopes.setOf(['ZohoCRM.modules.ALL', 'ZohoCRM.users.READ']);

/**
 * The call that a job is worked on as: that of its creator, with what the creator's profile allows now.
 * @throws JobFailure when the organization has gone or the creator may not act any more.
 */
export async function jobCall(store: CrmStore, random: Random, job: Job, nowMs: number): Promise<CrmCall> {
  const space = await store.spaces.get(job.organizationId, job.environment);
  const user = space?.user(job.createdBy);
  if (!space || user?.status !== 'active') {
    throw new JobFailure('AUTHORIZATION_FAILED', 'User does not have sufficient privilege to access this API');
  }
  const { version: name, origin } = job.request as JobOrigin;
  const version = findVersion(name) as Version;
  const call = internalCall(store, random, space, user, nowMs);
  return { ...call, space: call.space.inVersion(version), origin, version };
}

/** A call that comes from inside the platform, for a user. */
export function internalCall(store: CrmStore, random: Random, space: Space, user: CrmUser, nowMs: number): CrmCall {
  return {
    store: storeFor(store, { space, user }),
    space: space.seenBy(user.profile),
    user,
    nowMs,
    origin: '',
    version: findVersion('v8') as Version,
    grant: {
      clientId: '',
      userId: user.zuid ?? '',
      scopes: jobScopes,
      organizationId: space.contents.organizationId,
      environment: space.contents.environment,
      javascriptDomains: [],
      expiresAtMs: nowMs,
      binding: notBound,
    },
    path: [],
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.alloc(0),
    upload: undefined,
    random,
  };
}
