import { Alert, Badge, Button, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { FlowReplay } from '../../../../server/src/console/wire-flows.ts';
import { flowTexts as texts } from '../../texts/flows.ts';
import { AnswerSide } from './flow-step-panel.tsx';

type Part = FlowReplay['parts'][number];

/** How a flow came out when it was done again: each request with the answer of then beside that of now. */
export function ReplayResult({ replay, close }: { readonly replay: FlowReplay; readonly close: () => void }) {
  return (
    <Stack component="section" aria-label={texts.replayResult} gap="sm">
      <Group justify="space-between">
        <Title order={3} size="h4">
          {texts.replayResult}
        </Title>
        <Button size="xs" variant="default" onClick={close}>
          {texts.closeReplay}
        </Button>
      </Group>
      <Alert color={replay.same ? 'green' : 'red'} role="status">
        {replay.same ? texts.cameOutSame : texts.cameOutOtherwise}
        {replay.omitted > 0 && ` ${texts.notRepeated(replay.omitted)}`}
      </Alert>
      {replay.parts.map((part, index) => (
        <ReplayPart key={part.steps.join() || `before ${index}`} part={part} />
      ))}
    </Stack>
  );
}

function ReplayPart({ part }: { readonly part: Part }) {
  const { answers, before, dataCenter, note, now, steps, waitedMs, what } = part;
  const place = texts.stepsOf(steps[0] ?? 0, steps.at(-1) ?? 0);
  return (
    <Paper withBorder p="sm" component="article" aria-label={what}>
      <Stack gap="xs">
        <Group gap="xs">
          {steps.length > 0 && (
            <Text size="sm" c="dimmed">
              {place}
            </Text>
          )}
          <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
            {what}
          </Text>
          {dataCenter !== null && (
            <Text size="sm" c="dimmed">
              {dataCenter}
            </Text>
          )}
          <Verdict part={part} />
          {waitedMs > 0 && <Text size="sm">{texts.later(Math.round(waitedMs / 1000))}</Text>}
        </Group>
        {note !== null && (
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {note}
          </Text>
        )}
        {part.do === 'request' && (
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <AnswerSide heading={texts.recorded} of={place} outcome={before?.outcome} answer={answers.before} />
            <AnswerSide heading={texts.now} of={place} outcome={now?.outcome} answer={answers.now ?? statusOnly(now)} />
          </SimpleGrid>
        )}
      </Stack>
    </Paper>
  );
}

const statusOnly = (now: Part['now']) => (now?.status == null ? null : { status: now.status });

function Verdict({ part: { do: done, same } }: { readonly part: Part }) {
  if (done === 'omit')
    return (
      <Badge variant="light" color="gray">
        {texts.verdicts.omitted}
      </Badge>
    );
  if (done === 'grant') {
    return (
      <Badge variant="light" color={same === false ? 'red' : 'blue'}>
        {texts.verdicts[same === false ? 'refused' : 'granted']}
      </Badge>
    );
  }
  return (
    <Badge variant="light" color={same ? 'green' : 'red'}>
      {texts.verdicts[same ? 'same' : 'different']}
    </Badge>
  );
}
