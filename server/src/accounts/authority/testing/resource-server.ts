import { deriveKey } from '../../../foundation/secrets.ts';
import { silentLog } from '../../../http/log.ts';
import { platformScopes } from '../../../oauth/scopes.ts';
import type { TestPlatform } from '../../../testing/test-platform.ts';
import { AccountsServer } from '../accounts-server.ts';
import { ChangeStream } from '../change-stream.ts';
import { ResourceServerCredential } from '../credential.ts';
import { RemoteTokenAuthority } from '../remote-token-authority.ts';

/** Hexadecimal: what platforms and resource servers of these tests are started with. */
export const secretKey = '7a'.repeat(32);
/** Asked for by the clients of these tests. */
export const scope = 'openid offline_access ZohoCRM.users.READ';

const keyFor = (purpose: string) => deriveKey(Buffer.from(secretKey, 'hex'), purpose);

/** What a resource server shows to the accounts server of its data centre. */
export function credentialOf({ clock }: TestPlatform, dataCenterId = 'us', key = keyFor('resource servers')) {
  return new ResourceServerCredential({ key, dataCenterId, clock });
}

/** A resource server's way to ask the accounts server at `origin`, with the stream of changes that is not yet begun. */
export function askAt(platform: TestPlatform, origin: string, answerTimeoutMs = 5_000) {
  const server = new AccountsServer({ origin, credential: credentialOf(platform), answerTimeoutMs });
  const changes = new ChangeStream({ server, log: silentLog, dataCenter: 'us' });
  const { clock, admin } = platform;
  const authority = new RemoteTokenAuthority({
    ...{ server, changes, clock, scopes: platformScopes, dataCenter: 'us', limits: admin.settings.limits },
    proofKey: keyFor('proofs of possession'),
  });
  return { authority, changes };
}
