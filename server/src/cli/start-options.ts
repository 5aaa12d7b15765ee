import type { Command } from 'commander';
import { basePorts } from '../config/data-centers.ts';
import { namesOf, wholeNumber } from './option-values.ts';

/** What `start` and `migrate` are told: they open the databases themselves. */
export interface StartOptions {
  readonly data?: string;
  readonly basePort?: number;
  readonly dataCenters?: readonly string[];
  readonly config?: string;
  readonly demo?: boolean;
  readonly lab?: boolean;
  /** Processes that serve beside this one; default: none, this one serves. */
  readonly workers?: number;
  /** Trace requests. */
  readonly otel?: boolean;
  readonly json?: boolean;
}

export function addStartOptions(command: Command): Command {
  return command
    .option('--data <dir>', 'data directory (default: GRANTWAY_DATA, then ./data)')
    .option('--base-port <n>', 'first port (default: 8000)', parseBasePort)
    .option('--data-centers <ids>', 'data centres, separated by commas (default: us,eu,in,au,cn)', parseDataCenters)
    .option('--config <file>', 'settings as a JSON file');
}

export const parseBasePort = wholeNumber(basePorts.minimum, basePorts.maximum);
export const parseDataCenters = namesOf('ids of data centres');

/** Of the data directory. A variable that is there and empty is one that is not set, as Compose hands it on. */
export function dataPath({ data }: Pick<StartOptions, 'data'>): string {
  return data ?? (process.env.GRANTWAY_DATA || 'data');
}
