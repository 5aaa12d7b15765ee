import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { UsableFailure } from '../../foundation/failure.ts';
import { addAddressOptions, connectAdmin, type PlatformAddress, pathPart } from '../admin-client.ts';
import { writeText } from '../file-output.ts';
import { FailureTold, printJson, printLine, printTable } from '../output.ts';

interface CameOut {
  readonly status: number | null;
  readonly outcome: string | null;
}

interface Replay {
  readonly flow_id: string;
  readonly same: boolean;
  readonly omitted: number;
  readonly steps: readonly {
    readonly steps: readonly number[];
    readonly do: 'request' | 'grant' | 'omit';
    readonly waited_ms: number;
    readonly what: string;
    readonly before: CameOut | null;
    readonly now: CameOut | null;
    readonly same: boolean | null;
    readonly note: string | null;
  }[];
}

interface ToTestOptions extends PlatformAddress {
  readonly out?: string;
  readonly runner: string;
  readonly json?: boolean;
}

/** A replay waits for each of its answers. */
const replayTimeoutMs = 600_000;

/** `flow replay` and `flow to-test`: of platforms with the lab. */
export function registerFlowReplayCommands(flow: Command): void {
  const id = 'id of the flow, or of one of its requests (x-request-id)';
  addAddressOptions(
    flow
      .command('replay')
      .description(
        'do the requests of a flow again and compare how they come out; the clock moves on as it did (exit code 1: something differs; needs --lab)',
      )
      .argument('<id>', id),
  ).action(async (flowId: string, options: PlatformAddress & { json?: boolean }) => {
    const call = connectAdmin(options, { timeoutMs: replayTimeoutMs });
    const replay = await call<Replay>('POST', `/lab/flows/${pathPart(flowId)}/replay`);
    if (options.json) printJson(replay);
    else printReplay(replay);
    if (!replay.same) throw new FailureTold();
  });

  addAddressOptions(
    flow
      .command('to-test')
      .description('write a flow as a test that starts a platform of its own (@grantway/testing; needs --lab)')
      .argument('<id>', id)
      .option('--out <file>', 'write it to this file, which must not be there yet')
      .addOption(new Option('--runner <name>', 'test runner').choices(['node', 'vitest']).default('node')),
  ).action(async (flowId: string, options: ToTestOptions) => {
    const { out } = options;
    if (out !== undefined && existsSync(out)) throw new UsableFailure(`${out} is there already`);
    const query = new URLSearchParams({ runner: options.runner });
    const test = await connectAdmin(options)<{ flow_id: string; source: string }>(
      'GET',
      `/lab/flows/${pathPart(flowId)}/test?${query}`,
    );
    if (out !== undefined) writeText(out, test.source, 'wx');
    if (options.json) return printJson(out === undefined ? test : { flow_id: test.flow_id, file: out });
    printLine(out ?? test.source);
  });
}

function printReplay({ flow_id: flowId, omitted, same, steps }: Replay): void {
  printTable(
    ['STEP', 'WHAT', 'THEN', 'NOW', ''],
    steps.map((each) => [
      placesOf(each.steps),
      each.what,
      cameOut(each.before),
      cameOut(each.now),
      [verdict(each), each.waited_ms > 0 ? `${Math.round(each.waited_ms / 1000)} s later` : '', each.note ?? '']
        .filter((text) => text !== '')
        .join('; '),
    ]),
  );
  printLine();
  printLine(`The flow ${flowId} ${same ? 'came out as before' : 'came out otherwise'}.`);
  if (omitted > 0) printLine(`Not done again: ${omitted}.`);
}

function verdict(step: Replay['steps'][number]): string {
  if (step.do === 'omit') return 'not done again';
  if (step.do === 'grant') return step.same === false ? 'not granted' : 'granted by the lab';
  return step.same ? 'same' : 'DIFFERS';
}

function placesOf(steps: readonly number[]): string {
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined) return '-';
  return first === last ? String(first) : `${first}–${last}`;
}

function cameOut(out: CameOut | null): string {
  return out === null ? '-' : `${out.status ?? '-'} ${out.outcome ?? ''}`.trim();
}
