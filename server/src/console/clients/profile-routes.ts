import { checkStrictProfile } from '../../inspector/profile-check/check-profile.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import { type ConsoleRoute, defineRoute } from '../route.ts';
import { sourcesOf } from '../sources.ts';
import { isoTime } from '../texts.ts';
import * as wire from '../wire-diagnosis.ts';
import { findOwn } from './own-clients.ts';

/** What a change of its profile would break for an application. */
export const profileRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/clients/:id/profile-check',
    summary: "What of an application's recorded traffic the strict profile would break",
    answer: wire.profileCheck,
    handle: async (call): Promise<wire.ProfileCheck> => {
      const client = await findOwn(call);
      const { refreshGraceSeconds } = settingsFor(call.context.settings, client).lifetimes;
      const check = await checkStrictProfile(sourcesOf(call, client), client, refreshGraceSeconds * 1000);
      const { findings, looked, more, sinceMs, unreachable } = check;
      return {
        ...{ looked, more, since: sinceMs === null ? null : isoTime(sinceMs), unreachable: [...unreachable] },
        findings: findings.map(({ dataCenters, lastAtMs, ...finding }) => ({
          ...finding,
          lastAt: lastAtMs === null ? null : isoTime(lastAtMs),
          dataCenters: [...dataCenters],
        })),
      };
    },
  }),
];
