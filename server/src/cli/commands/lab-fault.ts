import { type Command, InvalidArgumentError } from 'commander';
import { readNewFault } from '../../lab/faults/new-fault.ts';
import { addAddressOptions, connectAdmin, type PlatformAddress, pathPart } from '../admin-client.ts';
import { numberThat } from '../option-values.ts';
import { printFacts, printJson, printTable } from '../output.ts';
import { checkUsage, WrongUsage } from '../wrong-usage.ts';

interface Options extends PlatformAddress {
  readonly json?: boolean;
}

interface AddOptions extends Options {
  readonly dc: string;
  readonly component?: string;
  readonly endpoint?: string;
  readonly method?: string;
  readonly clientId?: string;
  readonly nth?: number;
  readonly share?: number;
  readonly seed?: number;
  readonly times?: number;
  readonly status?: number;
  readonly body?: unknown;
  readonly throttle?: boolean;
  readonly localized?: boolean;
  readonly latency?: string;
  readonly cut?: string;
  readonly down?: boolean;
}

interface Fault {
  readonly fault_id: string;
  readonly data_center: string;
  readonly component: string | null;
  readonly endpoint: string | null;
  readonly action: string;
  readonly calls: number;
  readonly injected: number;
}

const number = numberThat(() => true, 'a number');

export function registerLabFaultCommands(lab: Command): void {
  const fault = lab
    .command('fault')
    .description('rules that make calls fail, until they are removed or the platform ends');
  addAddressOptions(
    fault
      .command('add')
      .description('make a rule: which calls, and one of --status, --throttle, --latency, --cut, --down')
      .requiredOption('--dc <id>', 'data centre')
      .option('--component <name>', 'accounts, api, content or database (default: the first three)')
      .option('--endpoint <pattern>', 'calls of this path only; * stands for any letters')
      .option('--method <name>', 'calls with this HTTP method only')
      .option('--client-id <id>', 'calls of this client only')
      .option('--nth <n>', 'only the Nth matching call after this', number)
      .option('--times <k>', 'the first K matching calls', number)
      .option('--share <part>', 'a part of the matching calls, like 0.1', number)
      .option('--seed <n>', 'decides which part; the same seed meets the same calls (default: 1)', number)
      .option('--status <code>', 'answer with this status', number)
      .option('--body <json>', 'the body of that answer', json)
      .option('--throttle', "answer as the platform's own throttle does")
      .option('--localized', "with --throttle: in the caller's language, where the original has that")
      .option('--latency <duration>', 'let the call wait, like 2s')
      .option('--cut <when>', 'end the connection without an answer: "before" or "after" the work is done')
      .option('--down', 'end every connection without an answer'),
  ).action(async ({ dc, data, admin, json: asJson, ...rule }: AddOptions) => {
    checkUsage(() => readNewFault({ dataCenter: dc, ...rule }));
    const call = connectAdmin({ ...(data !== undefined && { data }), ...(admin !== undefined && { admin }) });
    const added = await call<Pick<Fault, 'fault_id'>>('POST', '/lab/faults', { dataCenter: dc, ...rule });
    if (asJson) printJson(added);
    else printFacts({ ...added });
  });
  addAddressOptions(fault.command('list').description('list the rules in force')).action(async (options: Options) => {
    const found = await connectAdmin(options)<{ faults: Fault[] }>('GET', '/lab/faults');
    if (options.json) return printJson(found);
    printTable(
      ['FAULT', 'DC', 'COMPONENT', 'ENDPOINT', 'DOES', 'CALLS', 'MET'],
      found.faults.map((each) => [
        each.fault_id,
        each.data_center,
        each.component ?? 'all',
        each.endpoint ?? '-',
        each.action,
        String(each.calls),
        String(each.injected),
      ]),
    );
  });
  addAddressOptions(
    fault
      .command('remove')
      .description('end a rule, or all of them')
      .argument('[id]', 'as fault add and fault list tell it')
      .option('--all', 'end all rules'),
  ).action(async (id: string | undefined, options: Options & { readonly all?: boolean }) => {
    if ((id === undefined) === (options.all !== true)) {
      throw new WrongUsage(`expected the id of a fault, or --all; got ${id === undefined ? 'neither' : 'both'}`);
    }
    const path = id === undefined ? '/lab/faults' : `/lab/faults/${pathPart(id)}`;
    const removed = await connectAdmin(options)<{ removed: number }>('DELETE', path);
    if (options.json) printJson(removed);
    else printFacts({ ...removed });
  });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('Expected JSON.');
  }
}
