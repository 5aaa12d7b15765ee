import type { Database } from '../../database/database.ts';
import type { Intercept } from '../../http/app.ts';
import type { EventRecorder } from '../../inspector/events.ts';
import { databaseFault } from './database-faults.ts';
import type { Faults } from './faults.ts';
import { type InterceptedListener, intercepting } from './intercept.ts';

/** Where the rules of the lab meet one data centre: its listeners, its database and its events. */
export interface DataCenterFaults {
  attach(database: Database, background: Database): void;
  marking(events: EventRecorder): EventRecorder;
  intercept(
    component: InterceptedListener['component'],
    listener: Pick<InterceptedListener, 'events' | 'authority'>,
  ): Intercept;
}

export function faultsOf(faults: Faults, dataCenter: string): DataCenterFaults {
  return {
    attach(database, background) {
      database.fault = databaseFault(faults, dataCenter, false);
      background.fault = databaseFault(faults, dataCenter, true);
    },
    marking: (events) => faults.marking(events),
    intercept: (component, listener) => intercepting(faults, { dataCenter, component, ...listener }),
  };
}
