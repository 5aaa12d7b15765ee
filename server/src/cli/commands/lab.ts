import type { Command } from 'commander';
import { registerLabClockCommands } from './lab-clock.ts';
import { registerLabFaultCommands } from './lab-fault.ts';
import { registerLabFixtureCommands } from './lab-fixture.ts';
import { registerLabResetCommand } from './lab-reset.ts';
import { registerLabSnapshotCommands } from './lab-snapshot.ts';

export function registerLabCommands(program: Command): void {
  const lab = program
    .command('lab')
    .description('move time, make faults, save and restore everything (only where the platform runs with --lab)');
  registerLabClockCommands(lab);
  registerLabFaultCommands(lab);
  registerLabSnapshotCommands(lab);
  registerLabFixtureCommands(lab);
  registerLabResetCommand(lab);
}
