import { type Diagram, diagramOf } from './diagram.ts';
import type { Flow } from './flow-reader.ts';
import type { FlowStep } from './flow-step.ts';

const laneWidth = 22;

/** The sequence diagram of a flow for a terminal, one line of text each. A failed step is explained below its arrows. */
export function textDiagram(flow: Pick<Flow, 'steps' | 'omitted'>): string[] {
  const diagram = diagramOf(flow.steps);
  const lines = [heading(diagram), lifelines(diagram)];
  diagram.messages.forEach((message, index) => {
    lines.push(arrow(diagram, message));
    const last = diagram.messages[index + 1]?.step !== message.step;
    const step = flow.steps[message.step];
    if (last && step?.failed) lines.push(...explanationLines(step));
  });
  if (flow.omitted > 0) lines.push(`  (${flow.omitted} further steps are not shown)`);
  return lines;
}

/** What a failed step says, a line for each part. */
export function explanationLines({ explanation, outcome }: FlowStep): string[] {
  if (!explanation) return [];
  const { came, expected, mend, rule, setting } = explanation;
  return [
    `      ✗ ${outcome}`,
    `        Expected  ${expected}`,
    `        Came      ${came}`,
    `        Rule      ${rule}`,
    `        Mend      ${mend}${setting ? ` (${setting.label}: ${setting.path})` : ''}`,
  ];
}

function heading({ lanes }: Diagram): string {
  return lanes
    .map(({ label }) => label.padStart(Math.floor((laneWidth + label.length) / 2)).padEnd(laneWidth))
    .join('')
    .trimEnd();
}

function lifelines({ lanes }: Diagram): string {
  return lanes
    .map(() => `${' '.repeat(laneWidth / 2 - 1)}│${' '.repeat(laneWidth / 2)}`)
    .join('')
    .trimEnd();
}

function arrow({ lanes }: Diagram, message: Diagram['messages'][number]): string {
  const centre = (id: string) => lanes.findIndex((lane) => lane.id === id) * laneWidth + laneWidth / 2 - 1;
  const row = [...lanes.map((_, index) => index * laneWidth + laneWidth / 2 - 1)].reduce(
    (text, at) => `${text.padEnd(at)}│`,
    '',
  );
  const from = centre(message.from);
  const to = centre(message.to);
  const mark = message.failed ? '✗ ' : '';
  if (from === to) return overwrite(row, from + 2, `${mark}${message.text}`);
  const left = Math.min(from, to) + 1;
  const room = Math.abs(to - from) - 1;
  const stroke = message.kind === 'request' ? '─' : '╌';
  const text = ` ${mark}${message.text} `;
  const shown = text.length > room - 2 ? text : text;
  const body = stroke.repeat(room).split('');
  if (to > from) body[room - 1] = '▶';
  else body[0] = '◀';
  const drawn = overwrite(row, left, body.join(''));
  // A text that is longer than its arrow stands beside the diagram.
  if (shown.length <= room - 2) {
    return overwrite(drawn, left + Math.max(1, Math.floor((room - shown.length) / 2)), shown);
  }
  return `${drawn} ${shown.trimEnd()}`;
}

function overwrite(text: string, at: number, piece: string): string {
  const padded = text.padEnd(at + piece.length);
  return padded.slice(0, at) + piece + padded.slice(at + piece.length);
}
