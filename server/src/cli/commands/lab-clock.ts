import type { Command } from 'commander';
import { parseDuration } from '../../lab/clock/duration.ts';
import { parseMoment } from '../../lab/clock/moment.ts';
import { tellEffects } from '../../lab/clock/tell-effects.ts';
import { addAddressOptions, connectAdmin, type PlatformAddress } from '../admin-client.ts';
import { checkedBy, numberThat } from '../option-values.ts';
import { printFacts, printJson } from '../output.ts';

interface Options extends PlatformAddress {
  readonly json?: boolean;
}

interface Reading {
  readonly now: string;
  readonly real: string;
  readonly offset_ms: number;
  readonly speed: number;
  readonly effects: Readonly<Record<string, number>>;
}

export function registerLabClockCommands(lab: Command): void {
  const clock = lab
    .command('clock')
    .description("the platform's time: every lifetime, limit window and job follows it");
  addAddressOptions(clock.command('show').description('what time it is for the platform')).action((options: Options) =>
    tell(options, 'GET', '/lab/clock'),
  );
  addAddressOptions(
    clock
      .command('advance')
      .description('move the time on')
      .argument('<duration>', 'like 61m, 1h30m, 2d, 500ms', checkedBy(parseDuration)),
  ).action((duration: string, options: Options) => tell(options, 'POST', '/lab/clock/advance', { duration }));
  addAddressOptions(
    clock
      .command('set')
      .description('set the time; never back behind committed data')
      .argument('<time>', 'ISO 8601 with its offset, like 2026-03-01T12:00:00Z', checkedBy(parseMoment)),
  ).action((now: string, options: Options) => tell(options, 'POST', '/lab/clock/set', { now }));
  addAddressOptions(
    clock
      .command('speed')
      .description('let the time run faster or slower')
      .argument(
        '<factor>',
        "seconds of the platform in a second of the machine; 1 is the machine's own, 0 stops it",
        numberThat((value) => value >= 0, 'a number from 0 on'),
      ),
  ).action((speed: number, options: Options) => tell(options, 'POST', '/lab/clock/speed', { speed }));
  addAddressOptions(clock.command('reset').description("back to the machine's time")).action((options: Options) =>
    tell(options, 'POST', '/lab/clock/reset'),
  );
}

async function tell(options: Options, method: string, path: string, body?: unknown): Promise<void> {
  const reading = await connectAdmin(options)<Reading>(method, path, body);
  if (options.json) return printJson(reading);
  const { effects, ...clock } = reading;
  printFacts({ ...clock, effects: tellEffects(effects) });
}
