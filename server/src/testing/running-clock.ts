import { ManualClock } from '../foundation/clock.ts';

/** The machine's time, which tests can move on: browsers compare it with their own. */
export class RunningClock extends ManualClock {
  constructor() {
    super(0);
  }

  /** What was advanced so far comes on top. */
  override nowMs(): number {
    return Date.now() + super.nowMs();
  }
}
