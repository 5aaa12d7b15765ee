import { Alert, Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { flowDocument } from '../../../../server/src/inspector/flows/flow-document.ts';
import type { Flow } from '../../../../server/src/inspector/flows/flow-reader.ts';
import { svgDiagram } from '../../../../server/src/inspector/flows/svg-diagram.ts';
import type { FlowBase } from '../../api/flows.ts';
import { saveFile } from '../../parts/save-file.ts';
import { Time } from '../../parts/time.tsx';
import { flowTexts as texts } from '../../texts/flows.ts';
import { FlowDiagram } from './flow-diagram.tsx';
import { FlowLab } from './flow-lab.tsx';
import { FlowStepPanel } from './flow-step-panel.tsx';

interface FlowViewProps {
  readonly flow: Flow;
  /** The request that the flow was asked for by: its step is open at first. */
  readonly requestId?: string | undefined;
  readonly hiddenIn?: readonly string[];
  /** Where the flow can be done again, on a platform with the lab. */
  readonly labBase?: FlowBase | undefined;
  /** It came from a file. */
  readonly shared?: boolean;
  readonly close: () => void;
}

/**
 * One flow: its diagram, and the step that was opened. At first that is the step of the request which the flow was asked for
 * by, where that failed or is not the flow's first, else the last one that failed.
 */
export function FlowView({ flow, requestId, hiddenIn = [], labBase, shared = false, close }: FlowViewProps) {
  const [chosen, setChosen] = useState<number | null>();
  const opened = chosen === undefined ? firstOpened(flow, requestId) : (chosen ?? undefined);
  const step = opened === undefined ? undefined : flow.steps[opened];
  return (
    <Stack component="section" aria-label={texts.flow(flow.flowId)}>
      <Group justify="space-between">
        <Group gap="xs">
          <Title order={2} size="h3">
            {texts.flow(flow.flowId)}
          </Title>
          <Badge variant="light" color={flow.outcome === 'failed' ? 'red' : 'green'}>
            {texts[flow.outcome]}
          </Badge>
          <Text size="sm" c="dimmed">
            <Time iso={new Date(flow.startedAtMs).toISOString()} />
          </Text>
        </Group>
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            onClick={() => saveFile(`flow-${flow.flowId}.json`, 'application/json', documentOf(flow))}
          >
            {texts.shareJson}
          </Button>
          <Button
            size="xs"
            variant="default"
            onClick={() => saveFile(`flow-${flow.flowId}.svg`, 'image/svg+xml', svgDiagram(flow))}
          >
            {texts.shareSvg}
          </Button>
          <Button size="xs" variant="default" onClick={close}>
            {texts.close}
          </Button>
        </Group>
      </Group>
      {labBase && <FlowLab base={labBase} flowId={flow.flowId} />}
      {shared && <Text size="sm">{texts.shared}</Text>}
      {hiddenIn.length > 0 && <Alert color="blue">{texts.hidden(hiddenIn)}</Alert>}
      {flow.unreachable.length > 0 && <Alert color="yellow">{texts.unreachable(flow.unreachable)}</Alert>}
      <FlowDiagram steps={flow.steps} opened={opened} open={(index) => setChosen(index === opened ? null : index)} />
      {flow.omitted > 0 && <Text size="sm">{texts.omitted(flow.omitted)}</Text>}
      {step && opened !== undefined && <FlowStepPanel step={step} number={opened + 1} />}
    </Stack>
  );
}

const documentOf = (flow: Flow) => JSON.stringify(flowDocument(flow), null, 2);

function firstOpened({ flowId, steps }: Flow, requestId: string | undefined): number | undefined {
  const asked = (step: Flow['steps'][number]) => step.requestId === requestId;
  const places = [
    steps.findLastIndex((step) => asked(step) && step.failed),
    // A flow has the id of its first request: who asks by that asks for the whole.
    requestId === flowId ? -1 : steps.findIndex(asked),
    steps.findLastIndex((step) => step.failed),
  ];
  return places.find((place) => place >= 0);
}
