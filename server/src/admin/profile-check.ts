import { checkStrictProfile, type ProfileCheck } from '../inspector/profile-check/check-profile.ts';
import { settingsFor } from '../oauth/client-settings.ts';
import { findClient } from './clients.ts';
import type { AdminContext } from './context.ts';

/** What of a client's recorded traffic, at all data centres, the strict profile would break. @throws AdminFailure 404. */
export async function checkClientProfile(context: AdminContext, clientId: string) {
  const client = await findClient(context, clientId);
  const { refreshGraceSeconds } = settingsFor(context.settings, client).lifetimes;
  const check = await checkStrictProfile([...context.dataCenters.values()], client, refreshGraceSeconds * 1000);
  return describe(client.clientId, client.profile, check);
}

function describe(clientId: string, profile: string, { findings, more, looked, sinceMs, unreachable }: ProfileCheck) {
  return {
    client_id: clientId,
    profile,
    looked,
    since: timeOf(sinceMs),
    more,
    unreachable_data_centers: unreachable,
    findings: findings.map(({ dataCenters, lastAtMs, ...finding }) => ({
      ...finding,
      last_at: timeOf(lastAtMs),
      data_centers: dataCenters,
    })),
  };
}

const timeOf = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
