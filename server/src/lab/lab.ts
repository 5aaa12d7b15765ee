import { LabClock } from './clock/lab-clock.ts';
import type { LabContext } from './context.ts';
import { LabFaults } from './faults/lab-faults.ts';

/** The lab of a running platform: what only a platform that was started with `--lab` can do. */
export class Lab {
  readonly clock: LabClock;
  readonly faults: LabFaults;

  constructor(context: LabContext) {
    this.clock = new LabClock(context);
    this.faults = new LabFaults(context);
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await this.clock.close();
  }
}
