import type { Command } from 'commander';
import { roles } from '../../config/roles.ts';
import { namesOf } from '../option-values.ts';
import type { PartOptions } from '../run-part.ts';
import { parseBasePort, parseDataCenters } from '../start-options.ts';

export function registerServeCommand(program: Command): void {
  program
    .command('serve')
    .description('run a part of a platform whose other parts run elsewhere')
    .option('--role <roles>', `parts, separated by commas: ${roles.join(', ')} (default: all)`, namesOf('parts', roles))
    .option(
      '--data-centers <ids>',
      'of the configured data centres those that it serves (default: all)',
      parseDataCenters,
    )
    .option('--data <dir>', 'data directory of this part (default: GRANTWAY_DATA, then ./data)')
    .option('--base-port <n>', 'first port (default: 8000)', parseBasePort)
    .option('--config <file>', 'settings as a JSON file')
    .option('--otel', 'trace requests by OpenTelemetry; OTEL_EXPORTER_OTLP_ENDPOINT names the collector')
    .action(async (options: PartOptions) => {
      const { runPart } = await import('../run-part.ts');
      await runPart(options);
    });
}
