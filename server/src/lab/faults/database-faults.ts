import { setTimeout as delay } from 'node:timers/promises';
import type { StatementFault } from '../../database/database.ts';
import { Unavailable } from '../../foundation/unavailable.ts';
import type { FaultedCall } from './fault.ts';
import type { Faults } from './faults.ts';

/** As PostgreSQL and the driver say that a connection broke (SQLSTATE class 08). */
const connectionFailure = { code: '08006' };

/**
 * Lets the rules of the lab meet what is asked of a data centre's database: the statements and transactions of requests,
 * and of jobs (`background`) where a rule is not about single calls. What the lab and the operator ask is left alone.
 */
export function databaseFault(faults: Faults, dataCenter: string, background: boolean): StatementFault {
  const job: FaultedCall = { dataCenter, component: 'database', method: '', path: '', clientId: () => undefined };
  return async (run) => {
    const request = faults.request.getStore();
    if (faults.list().length === 0 || (!request && !background)) return run();
    const call = request ? { ...request.call, dataCenter, component: 'database' as const } : job;
    // Who calls may be a question to this very database.
    const met = await faults.request.exit(() => faults.meeting(call, (fault) => !background || !fault.isSelective));
    for (const fault of met) {
      const { action } = fault.rule;
      if (request) faults.mark(request.requestId, fault);
      if (action.kind === 'latency') await delay(action.latencyMs, undefined, { ref: false });
      else if (action.kind === 'cut' && action.cut === 'after') {
        await run();
        throw lost(dataCenter);
      } else throw lost(dataCenter);
    }
    return run();
  };
}

function lost(dataCenter: string): Unavailable {
  return new Unavailable(`the database of "${dataCenter}" does not answer: a fault of the lab`, connectionFailure);
}
