import { Box } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { diagramOf, type Message } from '../../../../server/src/inspector/flows/diagram.ts';
import type { FlowStep } from '../../../../server/src/inspector/flows/flow-step.ts';
import { flowTexts as texts } from '../../texts/flows.ts';

const laneWidth = 190;
const rowHeight = 40;
const top = 52;
const longestText = 34;

interface DiagramProps {
  readonly steps: readonly FlowStep[];
  /** The place of the step that is open. */
  readonly opened: number | undefined;
  readonly open: (step: number) => void;
}

/** The sequence diagram of a flow; each step opens. It grows with the steps. */
export function FlowDiagram({ steps, opened, open }: DiagramProps) {
  const { lanes, messages } = diagramOf(steps);
  const width = lanes.length * laneWidth;
  const height = top + messages.length * rowHeight + 16;
  const x = (id: string) => lanes.findIndex((lane) => lane.id === id) * laneWidth + laneWidth / 2;
  return (
    <Box component="section" className="flow-diagram" tabIndex={0} aria-label={texts.diagram}>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        <title>{texts.diagram}</title>
        {lanes.map(({ id, label }) => (
          <g key={id}>
            <line className="flow-life" x1={x(id)} x2={x(id)} y1={34} y2={height - 4} />
            <rect className="flow-lane" x={x(id) - 80} y={4} width={160} height={30} rx={6} />
            <text x={x(id)} y={24} textAnchor="middle" fontWeight={600}>
              {label}
            </text>
          </g>
        ))}
        {steps.map((step, index) => (
          <Step
            key={step.eventId}
            arrows={messages
              .map((message, row) => ({ message, y: top + row * rowHeight, from: x(message.from), to: x(message.to) }))
              .filter(({ message }) => message.step === index)}
            width={width}
            opened={opened === index}
            open={() => open(index)}
          />
        ))}
      </svg>
    </Box>
  );
}

interface ArrowPlace {
  readonly message: Message;
  readonly y: number;
  readonly from: number;
  readonly to: number;
}

interface StepProps {
  readonly arrows: readonly ArrowPlace[];
  readonly width: number;
  readonly opened: boolean;
  readonly open: () => void;
}

function Step({ arrows, width, opened, open }: StepProps) {
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    open();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button.
    <g
      className="flow-step"
      role="button"
      tabIndex={0}
      aria-expanded={opened}
      data-opened={opened || undefined}
      onClick={open}
      onKeyDown={press}
    >
      <rect
        className="flow-row"
        x={1}
        y={(arrows[0]?.y ?? 0) + 4}
        width={width - 2}
        height={arrows.length * rowHeight - 2}
      />
      {arrows.map((place) => (
        <Arrow key={place.message.kind} {...place} />
      ))}
    </g>
  );
}

function Arrow({ message: { failed, kind, text }, y, from, to }: ArrowPlace) {
  const shown = `${failed ? '✗ ' : ''}${text}`;
  const line = y + 26;
  const tip = to > from ? -8 : 8;
  return (
    <g className="flow-arrow" data-failed={failed || undefined}>
      <text x={Math.min(from, to) + 10} y={line - 7}>
        {shown.length > longestText ? `${shown.slice(0, longestText - 1)}…` : shown}
      </text>
      {from !== to && (
        <>
          <line x1={from} x2={to} y1={line} y2={line} strokeDasharray={kind === 'request' ? undefined : '5 4'} />
          <polygon points={`${to},${line} ${to + tip},${line - 4} ${to + tip},${line + 4}`} />
        </>
      )}
    </g>
  );
}
