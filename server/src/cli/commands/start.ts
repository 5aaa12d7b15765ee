import type { Command } from 'commander';
import { addStartOptions, type StartOptions, wholeNumber } from '../start-options.ts';

export function registerStartCommand(program: Command): void {
  addStartOptions(program.command('start').description('run the platform'))
    .option('--demo', 'make the demo data (default for a new data directory)')
    .option('--no-demo', 'start empty')
    .option('--lab', 'with the lab: move the clock, make faults, save and restore snapshots')
    .option('--workers <n>', 'serve with so many processes, for machines with several cores', wholeNumber)
    .option('--otel', 'trace requests by OpenTelemetry; OTEL_EXPORTER_OTLP_ENDPOINT names the collector')
    .action(async (options: StartOptions) => {
      // The other commands only speak to a running platform; they need not load all of it.
      const { runPlatform } = await import('../run-platform.ts');
      await runPlatform(options);
    });
}
