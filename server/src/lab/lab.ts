import { LabClock } from './clock/lab-clock.ts';
import type { LabContext } from './context.ts';
import { LabFaults } from './faults/lab-faults.ts';
import { LabFixtures } from './fixtures/lab-fixtures.ts';
import { LabGrants } from './grants/lab-grants.ts';
import { LabReplay } from './replay/lab-replay.ts';
import { resetToDemo } from './reset.ts';
import { LabSnapshots } from './snapshots/lab-snapshots.ts';
import { SnapshotTransfer } from './snapshots/snapshot-transfer.ts';

/** The lab of a running platform: what only a platform that was started with `--lab` can do. */
export class Lab {
  readonly clock: LabClock;
  readonly faults: LabFaults;
  readonly snapshots: LabSnapshots;
  readonly transfer: SnapshotTransfer;
  readonly #context: LabContext;
  readonly fixtures: LabFixtures;
  readonly grants: LabGrants;
  readonly replay: LabReplay;

  constructor(context: LabContext) {
    this.#context = context;
    this.clock = new LabClock(context);
    this.faults = new LabFaults(context);
    this.grants = new LabGrants(context.admin, context.dataDirectory.secretKey);
    this.replay = new LabReplay(context.admin, this.clock, this.grants);
    this.fixtures = new LabFixtures(context, this.grants);
    this.snapshots = new LabSnapshots(context, this.clock);
    this.transfer = new SnapshotTransfer(context, this.snapshots);
  }

  /** Back to what a first start with a demo makes. */
  reset(): Promise<{ readonly took_ms: number }> {
    return resetToDemo(this.#context, this.snapshots);
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await this.clock.close();
    await this.snapshots.close();
  }
}
