import { endingDeviceRequests } from '../../accounts/store/device-requests.ts';
import { endingRows } from '../../accounts/store/ending-rows.ts';
import { endingCrmRows } from '../../crm/upkeep.ts';
import { countEnded, type Ending } from '../../database/delete-expired.ts';
import type { LabContext } from '../context.ts';

/** How much ended between two moments, by what it was: `access_tokens_expired`, … */
export type Effects = Readonly<Record<string, number>>;

const alwaysTold = { access_tokens_expired: 0, codes_expired: 0 };

/** What ends by itself in `from < end <= to`, over all data centres. Costs a look-up in an index for each table. */
export async function effectsBetween(context: LabContext, fromMs: number, toMs: number): Promise<Effects> {
  const effects: Record<string, number> = { ...alwaysTold };
  if (toMs <= fromMs) return effects;
  const count = async (database: Parameters<typeof countEnded>[0], endings: readonly Ending[]) => {
    for (const [name, ended] of await countEnded(database, endings, fromMs, toMs)) {
      if (ended > 0) effects[name] = (effects[name] ?? 0) + ended;
    }
  };
  await Promise.all([
    count(context.admin.directory, [endingDeviceRequests]),
    ...[...context.admin.dataCenters.values()].map(({ database }) =>
      count(database, [...endingRows, ...endingCrmRows]),
    ),
  ]);
  return effects;
}
