import { ConsoleFailure } from '../failure.ts';
import { type ConsoleRoute, defineRoute } from '../route.ts';
import * as wire from '../wire-administration.ts';

/** What the command `demo` tells, for operators. */
export const demoRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/administration/demo',
    summary: "The demo's accounts with their passwords and its clients with their secrets, of all data centres",
    operator: true,
    answer: wire.demo,
    handle: async ({ context }): Promise<wire.Demo> => {
      const demo = await context.describeDemo();
      if (demo) return demo;
      throw new ConsoleFailure(404, 'NO_DEMO', 'This platform has no demo; "grantway start --demo" makes one.');
    },
  }),
];
