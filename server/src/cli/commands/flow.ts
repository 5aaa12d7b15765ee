import { setTimeout as delay } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { mostListed } from '../../admin/bounds.ts';
import { UsableFailure } from '../../foundation/failure.ts';
import { textForms } from '../../foundation/text-forms.ts';
import { credentialKey } from '../../inspector/flow-key.ts';
import { type FlowDocument, flowOfDocument, type SummaryDocument } from '../../inspector/flows/flow-document.ts';
import { svgDiagram } from '../../inspector/flows/svg-diagram.ts';
import { explanationLines, textDiagram } from '../../inspector/flows/text-diagram.ts';
import { type AdminCall, addAddressOptions, connectAdmin, type PlatformAddress, pathPart } from '../admin-client.ts';
import { writeText } from '../file-output.ts';
import { numberThat, textOf, wholeNumber } from '../option-values.ts';
import { printable, printFacts, printJson, printLine, printTable } from '../output.ts';
import { WrongUsage } from '../wrong-usage.ts';
import { registerFlowReplayCommands } from './flow-replay.ts';
import { readJsonFile } from './read-json-file.ts';

interface Filter extends PlatformAddress {
  readonly clientId?: string;
  readonly outcome?: string;
  readonly dc?: string;
  readonly user?: string;
  readonly token?: string;
  readonly record?: string;
  readonly json?: boolean;
}

interface ShowOptions extends PlatformAddress {
  readonly file?: string;
  readonly svg?: string;
  readonly json?: boolean;
}

const watchEveryMs = 500;
const watchedFlows = 20;

export function registerFlowCommands(program: Command): void {
  const flow = program.command('flow').description('flows: what happened, step by step, and why it failed');
  const filtered = (command: Command) =>
    addAddressOptions(
      command
        .option('--client-id <id>', 'flows of this client')
        .addOption(new Option('--outcome <failed>', 'flows of which a step failed').choices(['failed']))
        .option('--dc <id>', 'flows with a step at this data centre')
        .option('--user <id>', 'flows of the user with this id', textOf(textForms.id))
        .option('--token <text>', 'flows of this code or token; only its fingerprint is sent')
        .option('--record <id>', 'flows that told of this record', textOf(textForms.id)),
    );

  filtered(flow.command('list').description('list the flows of all data centres, newest first'))
    .option('--limit <n>', 'at most this many', wholeNumber(1, mostListed.flows), 50)
    .action(async (options: Filter & { limit: number }) => {
      const answer = await connectAdmin(options)<FlowList>('GET', `/flows?${queryOf(options, options.limit)}`);
      if (options.json) return printJson(answer);
      printFlows(answer.flows);
      for (const id of answer.unreachable_data_centers) printLine(`data centre "${id}" does not answer`);
    });

  addAddressOptions(
    flow
      .command('show [id]')
      .description(
        'draw a flow and explain what failed; the id is that of the flow or of one of its requests (x-request-id)',
      )
      .option('--file <path>', 'a flow that was shared as JSON, from this or another platform')
      .option('--svg <path>', 'write the diagram to this file instead'),
  ).action(async (id: string | undefined, options: ShowOptions) => {
    const document = await documentOf(id, options);
    if (options.svg !== undefined) {
      writeText(options.svg, svgDiagram(flowOfDocument(document)));
      return options.json ? printJson({ file: options.svg }) : printLine(options.svg);
    }
    if (options.json) return printJson(document);
    printFlow(document);
  });

  registerFlowReplayCommands(flow);

  filtered(flow.command('watch').description('draw the steps of flows as they happen, until Ctrl-C'))
    .option(
      '--seconds <n>',
      'end after this time',
      numberThat((value) => value > 0, 'a number above 0'),
    )
    .action(async (options: Filter & { seconds?: number }) => {
      const seconds = options.seconds ?? Number.POSITIVE_INFINITY;
      await watch(connectAdmin(options), options, performance.now() + seconds * 1000);
    });
}

interface FlowList {
  readonly flows: readonly SummaryDocument[];
  readonly unreachable_data_centers: readonly string[];
}

function queryOf(options: Filter, limit: number): URLSearchParams {
  const query = new URLSearchParams({ limit: String(limit) });
  const given = {
    clientId: options.clientId,
    outcome: options.outcome,
    dataCenter: options.dc,
    userId: options.user,
    recordId: options.record,
    key: options.token === undefined ? undefined : credentialKey(options.token),
  };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) query.set(name, value);
  return query;
}

async function documentOf(id: string | undefined, options: ShowOptions): Promise<FlowDocument> {
  if ((id === undefined) === (options.file === undefined)) {
    const came = id === undefined ? 'neither' : 'both';
    throw new WrongUsage(`expected the id of a flow or request, or --file with a shared flow; got ${came}`);
  }
  if (id !== undefined) return connectAdmin(options)<FlowDocument>('GET', `/flows/${pathPart(id)}`);
  return readShared(options.file as string);
}

/** A flow that somebody has shared. @throws UsableFailure. */
export async function readShared(path: string): Promise<FlowDocument> {
  const document = (await readJsonFile(path)) as FlowDocument;
  try {
    flowOfDocument(document);
    return document;
  } catch (error) {
    throw new UsableFailure(`${path}: ${(error as Error).message.split('\n', 1)[0]}`);
  }
}

function printFlows(flows: readonly SummaryDocument[]): void {
  printTable(
    ['FLOW', 'STARTED', 'OUTCOME', 'STEPS', 'DATA CENTRES', 'CLIENT'],
    flows.map((each) => [
      each.flow_id,
      each.started_at,
      each.outcome,
      String(each.steps),
      each.data_centers.join(', '),
      each.client_id ?? '-',
    ]),
  );
}

function printFlow(document: FlowDocument): void {
  printFacts({
    flow: document.flow_id,
    client: document.client_id,
    user: document.user_id,
    started: document.started_at,
    outcome: document.outcome,
    'data centres': document.data_centers,
    'not reached': document.unreachable_data_centers?.length ? document.unreachable_data_centers : undefined,
  });
  printLine();
  for (const line of textDiagram(flowOfDocument(document))) printLine(printable(line));
}

/** Steps as they come: of each flow those that were not there at the look before. */
async function watch(call: AdminCall, options: Filter, endsAtMs: number): Promise<void> {
  const seen = new Map<string, number>();
  let first = true;
  while (performance.now() < endsAtMs) {
    const { flows } = await call<FlowList>('GET', `/flows?${queryOf(options, watchedFlows)}`);
    for (const summary of flows.toReversed()) {
      const before = seen.get(summary.flow_id) ?? 0;
      if (summary.steps <= before) continue;
      seen.set(summary.flow_id, summary.steps);
      if (!first) await printSteps(call, summary, before, options.json === true);
    }
    first = false;
    await delay(watchEveryMs);
  }
}

async function printSteps(call: AdminCall, summary: SummaryDocument, before: number, json: boolean): Promise<void> {
  const document = await call<FlowDocument>('GET', `/flows/${pathPart(summary.flow_id)}`);
  const fresh = document.steps.slice(Math.max(0, before - document.omitted_steps));
  if (json) {
    for (const step of fresh) printJson({ flow_id: summary.flow_id, ...step });
    return;
  }
  const { steps } = flowOfDocument({ ...document, steps: fresh });
  for (const step of steps) {
    const asked = step.request ? `${step.request.method} ${step.request.path}` : step.kind;
    const status = step.answer ? ` ${step.answer.status}` : '';
    const where = `${step.component} ${step.dataCenter}`;
    printLine(printable(`${step.at}  ${summary.flow_id}  ${where.padEnd(12)}  ${asked} →${status} ${step.outcome}`));
    for (const line of explanationLines(step)) printLine(printable(line));
  }
}
