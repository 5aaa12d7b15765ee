import type { FlowStep } from './flow-step.ts';

/** One participant of a sequence diagram. */
export interface Lane {
  readonly id: string;
  readonly label: string;
}

/** An arrow of the diagram. */
export interface Message {
  /** The step that it belongs to, by its place in the flow. */
  readonly step: number;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly kind: 'request' | 'answer' | 'onward' | 'note';
  readonly failed: boolean;
}

export interface Diagram {
  readonly lanes: readonly Lane[];
  readonly messages: readonly Message[];
}

const browser: Lane = { id: 'browser', label: 'Browser' };
const app: Lane = { id: 'app', label: 'App' };
const names = { accounts: 'Accounts', api: 'API', content: 'Files', console: 'Console', admin: 'Admin' } as const;

/** The sequence diagram of a flow's steps: who asked whom for what, and what came back. No drawing yet. */
export function diagramOf(steps: readonly FlowStep[]): Diagram {
  const messages = steps.flatMap((step, index) => messagesOf(step, index));
  const used = new Set(messages.flatMap(({ from, to }) => [from, to]));
  const servers = new Map(steps.map((step) => [serverOf(step), step]));
  const lanes = [
    ...[browser, app].filter(({ id }) => used.has(id)),
    ...[...servers].map(([id, { component, dataCenter }]) => ({ id, label: `${names[component]} ${dataCenter}` })),
  ];
  return { lanes, messages };
}

function serverOf({ component, dataCenter }: FlowStep): string {
  return `${component} ${dataCenter}`;
}

function messagesOf(step: FlowStep, index: number): Message[] {
  const { answer, caller, failed, request } = step;
  const server = serverOf(step);
  const common = { step: index, failed };
  if (!request) {
    return [{ ...common, from: server, to: server, text: `${step.kind}: ${step.outcome}`, kind: 'note' }];
  }
  const times = step.times > 1 ? ` × ${step.times}` : '';
  const asked: Message = {
    ...common,
    from: caller,
    to: server,
    text: `${request.method} ${request.path}${times}`,
    kind: 'request',
    failed: false,
  };
  const status = answer ? `${answer.status} ` : '';
  const answered: Message = { ...common, from: server, to: caller, text: `${status}${labelOf(step)}`, kind: 'answer' };
  const onward = onwardOf(step);
  if (onward === undefined) return [asked, answered];
  return [asked, answered, { ...common, from: 'browser', to: 'app', text: onward, kind: 'onward', failed: false }];
}

function labelOf(step: FlowStep): string {
  const injected = step.injected ? ' (injected)' : '';
  if (step.failed) return `${step.outcome}${injected}`;
  const told = step.kind === 'request' || step.kind === 'api' ? '' : step.kind;
  return `${step.outcome === 'Success' ? told : step.outcome}${injected}`.trim() || 'ok';
}

/** A browser that is sent back to the app brings it a code or token. */
function onwardOf({ answer, kind, outcome }: FlowStep): string | undefined {
  if (outcome !== 'Success' || (kind !== 'authorize' && kind !== 'silent-refresh')) return undefined;
  const location = answer?.headers?.location;
  if (location === undefined) return undefined;
  const carried = /[?#&](code|access_token)=/.exec(location)?.[1];
  return carried === undefined ? undefined : `redirect with ${carried}`;
}
