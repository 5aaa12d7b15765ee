import { once } from 'node:events';
import { connect } from 'node:net';
import type { AdministeredDataCenter } from '../../admin/context.ts';
import { type Service, services } from '../../config/data-centers.ts';
import { platformVersion } from '../../foundation/version.ts';
import type { ConsoleContext } from '../context.ts';
import { countryOf } from '../countries.ts';
import { type ConsoleRoute, defineRoute } from '../route.ts';
import { isoTime } from '../texts.ts';
import * as wire from '../wire-administration.ts';

type Check = wire.Health['dataCenters'][number]['checks'][number];

const longestAnswerMs = 3_000;

/** Whether the data centres of this process do their work. */
export const healthRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/administration/health',
    summary: 'The data centres of this process, with what was checked',
    operator: true,
    answer: wire.health,
    handle: async ({ context, admin }): Promise<wire.Health> => ({
      version: platformVersion,
      startedAt: isoTime(context.startedAtMs),
      dataCenters: await Promise.all(
        [...admin.dataCenters.values()].map(async (each) => {
          const checks = await Promise.all([
            checkDatabase(each),
            ...services.map((name) => checkListener(context, each, name)),
          ]);
          const { id } = each.dataCenter;
          return { id, country: countryOf(id), healthy: checks.every(({ healthy }) => healthy), checks };
        }),
      ),
    }),
  }),
];

async function checkDatabase({ database }: AdministeredDataCenter): Promise<Check> {
  return check('database', async () => {
    const [row] = await database.query<{ name: string; count: number }>({
      text: 'SELECT max(name) AS name, count(*)::int AS count FROM migration',
    });
    return `${row?.count} migrations, the newest is ${row?.name}`;
  });
}

/** Whether the listener takes connections at its own port. */
function checkListener(
  { settings: { listenHost } }: ConsoleContext,
  { dataCenter }: AdministeredDataCenter,
  name: Service,
): Promise<Check> {
  return check(name, async () => {
    const everywhere = listenHost === '0.0.0.0' || listenHost === '::';
    const socket = connect({ port: dataCenter.ports[name], host: everywhere ? 'localhost' : listenHost });
    socket.setTimeout(longestAnswerMs, () => socket.destroy(new Error('does not answer')));
    await once(socket, 'connect').finally(() => socket.destroy());
    return dataCenter.origins[name];
  });
}

async function check(name: string, ask: () => Promise<string>): Promise<Check> {
  try {
    return { name, healthy: true, detail: await ask() };
  } catch (error) {
    return { name, healthy: false, detail: error instanceof Error ? error.message : 'does not answer' };
  }
}
