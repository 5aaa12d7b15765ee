import { type Command, Option } from 'commander';
import { wholeNumber } from '../option-values.ts';
import { addStartOptions, type StartOptions } from '../start-options.ts';

const mostWorkers = 256;

export function registerStartCommand(program: Command): void {
  addStartOptions(program.command('start').description('run the platform'))
    .option('--demo', 'make the demo data (default for a new data directory)')
    .option('--no-demo', 'start empty')
    .option('--lab', 'with the lab: move the clock, make faults, save and restore snapshots')
    .addOption(
      new Option(
        '--workers <n>',
        'serve with so many processes, for machines with several cores; not with --lab, which works in one process',
      )
        .argParser(wholeNumber(1, mostWorkers))
        .conflicts('lab'),
    )
    .option('--otel', 'trace requests by OpenTelemetry; OTEL_EXPORTER_OTLP_ENDPOINT names the collector')
    .action(async (options: StartOptions) => {
      // The other commands only speak to a running platform; they need not load all of it.
      const { runPlatform } = await import('../run-platform.ts');
      await runPlatform(options);
    });
}
