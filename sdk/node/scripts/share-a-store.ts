/**
 * The whole claim in real time: 16 processes share one store and make 10,000 calls while the token ends five times. Prints
 * for each kind of store how many renewals there were (five are right), how many calls failed, and how long it took; ends
 * with 1 when anything was not right. A round of calls has to be shorter than the token's life (`TTL_SECONDS`, default 30):
 * on a machine that is too slow for it a token ends within a round, which is one renewal more, and is said.
 * Needs a Redis or Valkey server. Run it as `node sdk/node/scripts/share-a-store.ts [KIND …]` with the Node of the packages.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startCluster } from '../../../server/src/database/embedded/cluster.ts';
import { Workshop } from '../../../server/src/testing/platform-process.ts';
import { renewalMarginMs } from '../../common/oauth/lifetime.ts';
import { DataCenters, OAuthClient } from '../src/index.ts';
import { startRedis } from '../src/testing/redis-server.ts';
import { openStore } from '../src/testing/worker.ts';
import { Workers } from '../src/testing/workers.ts';

const processes = 16;
const calls = 10_000;
const ends = 5;
const key = 'shared';

const directory = mkdtempSync(join(tmpdir(), 'grantway-share-'));
await using shop = new Workshop();
const redis = await startRedis();
const cluster = await startCluster({ directory: join(directory, 'postgres') });
await cluster.ensureDatabase('tokens');
const { user, host } = cluster.connection('tokens');
const wanted = process.argv.slice(2);
const places: Record<string, string> = {
  file: join(directory, 'tokens.csv'),
  sqlite: join(directory, 'tokens.sqlite'),
  postgres: `postgres://${user}@/tokens?host=${encodeURIComponent(String(host))}`,
  redis: redis.socket,
};

const { writeFileSync } = await import('node:fs');
const config = join(directory, 'grantway.json');
const ttlSeconds = Number(process.env.TTL_SECONDS ?? 30);
writeFileSync(config, JSON.stringify({ lifetimes: { accessTokenTtlSeconds: ttlSeconds } }));
const platform = await shop.start({
  dataDirectory: join(directory, 'data'),
  args: ['--no-demo', '--config', config],
});
const grantway = async (...args: string[]) =>
  JSON.parse((await shop.run([...args, '--data', platform.dataDirectory, '--json'])).stdout) as Record<string, string>;
const email = 'share@us.example';
await grantway('user', 'create', '--dc', 'us', '--email', email, '--password', 'correct horse');
const client = await grantway('client', 'create', '--dc', 'us', '--owner', email, '--type', 'self');
const common = { clientId: client.client_id as string, clientSecret: client.client_secret as string };
const dataCenters = platform.ready.dataCenters;
const scope = 'ZohoCRM.users.READ';

try {
  for (const [kind, place] of Object.entries(places)) {
    if (wanted.length > 0 && !wanted.includes(kind)) continue;
    const store = await openStore(kind, place);
    const oauth = new OAuthClient({ ...common, dataCenters: DataCenters.of(dataCenters), store });
    const id = ['--dc', 'us', '--client-id', common.clientId, '--scope', scope];
    const { code = '' } = await grantway('self-client', 'code', ...id);
    const session = await oauth.exchange({ code, location: 'us' }, { key, lookUpUser: false });
    const workers = new Workers();
    await workers.start(processes, { ...common, dataCenters, stores: { [kind]: place }, key });
    const started = Date.now();
    const failures: string[] = [];
    let good = 0;
    let renewals = 0;
    let longRounds = 0;
    for (let round = 0; round < ends; round++) {
      // Until the token has ended: each round begins with a renewal and is shorter than the token's life.
      const { expiresAtMs } = await session.row();
      await delay(Math.max(0, expiresAtMs - Date.now() + 50));
      const begun = Date.now();
      const results = await workers.round({ calls: calls / ends / processes, aheadMs: 0 });
      const lasted = Date.now() - begun;
      if (lasted >= ttlSeconds * 1000 - renewalMarginMs(ttlSeconds, 60_000)) longRounds++;
      good += results.reduce((sum, each) => sum + each.good, 0);
      failures.push(...results.flatMap((each) => each.failures));
      renewals = results.reduce((sum, each) => sum + (each.renewals[kind] ?? 0), 0);
    }
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    const long = longRounds === 0 ? '' : `, ${longRounds} rounds outlived the token`;
    process.stdout.write(
      `${kind}: ${good} calls, ${renewals} renewals, ${failures.length} failures, ${seconds} s${long} ${failures[0] ?? ''}\n`,
    );
    if (good !== calls || failures.length > 0 || renewals !== ends + longRounds) process.exitCode = 1;
    await workers.stop();
  }
} finally {
  await platform.end('SIGTERM');
  await cluster.stop();
  await redis.stop();
  rmSync(directory, { recursive: true, force: true });
}
process.exit();
