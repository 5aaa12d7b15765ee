import { Alert, Badge, Code, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { FlowStep } from '../../../../server/src/inspector/flows/flow-step.ts';
import { TextLink } from '../../parts/links.tsx';
import { Time } from '../../parts/time.tsx';
import { flowTexts as texts } from '../../texts/flows.ts';

/** A step in full: why it failed, what was asked and what was answered, secrets masked. */
export function FlowStepPanel({ step, number }: { readonly step: FlowStep; readonly number: number }) {
  const { answer, explanation, request } = step;
  return (
    <Paper withBorder p="md" component="section" aria-label={texts.step(number)}>
      <Stack>
        <Group gap="xs">
          <Title order={3} size="h4">
            {texts.step(number)}
          </Title>
          <Badge variant="light" color={step.failed ? 'red' : 'green'}>
            {step.outcome}
          </Badge>
          {step.injected && <Badge variant="light">{texts.injected}</Badge>}
          <Text size="sm" c="dimmed">
            {`${step.component} ${step.dataCenter}`} <Time iso={step.at} />
          </Text>
          {step.times > 1 && <Text size="sm">{texts.times(step.times)}</Text>}
        </Group>
        {explanation && (
          <Alert color="red" title={step.outcome}>
            <dl className="flow-explanation">
              <Part name={texts.expected} text={explanation.expected} />
              <Part name={texts.came} text={explanation.came} />
              <Part name={texts.rule} text={explanation.rule} />
              <Part name={texts.mend} text={explanation.mend} />
            </dl>
            {explanation.setting && (
              <TextLink to={explanation.setting.path as never} size="sm" underline="always">
                {explanation.setting.label}
              </TextLink>
            )}
          </Alert>
        )}
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Side heading={texts.request}>{request ? requestText(request) : texts.noRequest}</Side>
          <Side heading={texts.answer}>{answer ? answerText(answer) : texts.noAnswer}</Side>
        </SimpleGrid>
        {Object.keys(step.detail).length > 0 && (
          <Side heading={texts.compared}>{JSON.stringify(step.detail, null, 2)}</Side>
        )}
        <Text size="xs" c="dimmed">
          {texts.masked} {step.requestId !== null && `${texts.requestId}: ${step.requestId}`}
        </Text>
      </Stack>
    </Paper>
  );
}

function Part({ name, text }: { readonly name: string; readonly text: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </>
  );
}

function Side({
  heading,
  label = heading,
  children,
}: {
  readonly heading: string;
  readonly label?: string;
  readonly children: string;
}) {
  return (
    <div style={{ minWidth: 0 }}>
      <Title order={4} size="h5" mb={4}>
        {heading}
      </Title>
      <Code block tabIndex={0} role="region" aria-label={label}>
        {children}
      </Code>
    </div>
  );
}

/** An answer in full, with the outcome that was recorded of it. */
export function AnswerSide(props: {
  readonly heading: string;
  /** Which of several: for people who do not see where it stands. */
  readonly of: string;
  readonly outcome: string | null | undefined;
  readonly answer: FlowStep['answer'];
}) {
  const { answer, heading, of, outcome } = props;
  const told = answer ? answerText(answer) : texts.noAnswer;
  return (
    <Side heading={heading} label={`${heading}, ${of}`}>
      {outcome ? `${outcome}\n\n${told}` : told}
    </Side>
  );
}

function requestText({ bodyBytes, headers = {}, method, parameters = {}, path }: NonNullable<FlowStep['request']>) {
  const body = bodyBytes === undefined ? [] : [`(${bodyBytes} bytes)`];
  const named = Object.entries(parameters).map(([name, value]) => `  ${name} = ${value}`);
  return [`${method} ${path}`, ...named, ...headerLines(headers), ...body].join('\n');
}

function answerText({ body, bytes, headers = {}, status }: NonNullable<FlowStep['answer']>) {
  const told = body ?? (bytes === undefined ? undefined : `(${bytes} bytes)`);
  return [String(status), ...headerLines(headers), ...(told === undefined ? [] : ['', told])].join('\n');
}

function headerLines(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
}
