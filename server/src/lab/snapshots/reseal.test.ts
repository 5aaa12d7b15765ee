import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginTotp, useTotp } from '../../accounts/factors/totp.ts';
import { providerSecrets } from '../../accounts/outside/providers.ts';
import { keyPurposes } from '../../foundation/key-purposes.ts';
import { systemRandom } from '../../foundation/random.ts';
import { seal, unseal } from '../../foundation/sealed.ts';
import { deriveKey } from '../../foundation/secrets.ts';
import { startTestPlatform, type TestPlatform } from '../../testing/test-platform.ts';
import { reseal } from './reseal.ts';
import { type SnapshotHead, sealingKeys } from './snapshot-file.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform?.stop());

test('authenticator apps and secrets of outside providers go on under the secret key of the other machine', async () => {
  const [theirs, ours] = [randomBytes(32), randomBytes(32)];
  const database = platform.admin.dataCenters.get('us')?.database;
  if (!database) throw new Error('no data centre us');
  const { userId } = await platform.addUser('us', 'anna@us.example');
  const whose = { userId: userId as never, email: 'anna@us.example', issuer: 'Test' };
  const nowMs = platform.clock.nowMs() as never;
  const their = { key: deriveKey(theirs, keyPurposes.factors), random: systemRandom, nowMs };
  const { secret = '' } = (await beginTotp(database, their, whose)) ?? {};
  const purpose = providerSecrets.purposeOf('corporate');
  const sealed = await seal(deriveKey(theirs, keyPurposes.outside), purpose, 'their secret');
  await database.query({
    text: `INSERT INTO outside_provider (provider_id, name, issuer, client_id, sealed_secret, scopes, created_at_ms)
           VALUES ('corporate', 'Corporate', 'https://corporate.example', 'us', $1, 'openid', 0)`,
    values: [sealed],
  });
  const keys = Object.fromEntries(
    sealingKeys.map((name) => [name, deriveKey(theirs, keyPurposes[name]).toString('hex')]),
  ) as SnapshotHead['keys'];
  await reseal(
    new Map([
      ['directory', platform.admin.directory],
      ['us', database],
    ]),
    keys,
    ours,
  );

  const our = { key: deriveKey(ours, keyPurposes.factors), random: systemRandom, nowMs };
  await expect(beginTotp(database, their, whose)).rejects.toThrow('another secret key');
  expect(await beginTotp(database, our, whose)).toMatchObject({ secret });
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: nowMs });
  expect(await useTotp(database, our, { userId: whose.userId, code, first: true })).toBe(true);
  const [row] = await database.query<{ sealed_secret: string }>({ text: 'SELECT sealed_secret FROM outside_provider' });
  const key = deriveKey(ours, keyPurposes.outside);
  expect(await unseal(key, purpose, row?.sealed_secret)).toBe('their secret');
});
