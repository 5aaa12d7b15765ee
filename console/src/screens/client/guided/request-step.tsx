import { Button, Code, Group, Menu, NativeSelect, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Client, DataCenterInfo } from '../../../../../server/src/console/wire.ts';
import type { GuidedAnswer, GuidedRequest } from '../../../../../server/src/console/wire-diagnosis.ts';
import { call } from '../../../api/call.ts';
import { Explanation } from '../../../parts/explanation.tsx';
import { Failed } from '../../../parts/loaded.tsx';
import { guidedTexts as texts } from '../../../texts/guided.ts';
import { PairsInput } from './pairs-input.tsx';
import { type Draft, learnt, type Pair, type Step, type Values } from './steps.ts';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** A request of the flow: written in a form, sent to the real endpoint, shown beside its answer. */
export function RequestStep({
  client,
  realm,
  step,
  values,
  learn,
}: {
  readonly client: Client;
  readonly realm: readonly DataCenterInfo[];
  readonly step: Step;
  readonly values: Values;
  readonly learn: (values: Partial<Values>) => void;
}) {
  const [draft, setDraft] = useState<Draft>(() => step.draft(values));
  const [sent, setSent] = useState<GuidedAnswer>();
  const [failure, setFailure] = useState<string>();
  const [sending, setSending] = useState(false);
  const put = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const byBrowser = step.id === 'authorize';
  const at = realm.find(({ id }) => id === draft.dataCenter);
  const send = async () => {
    setFailure(undefined);
    setSending(true);
    try {
      const path = `/clients/${encodeURIComponent(client.clientId)}/guided-run`;
      const answer = await call<GuidedAnswer>('POST', path, requestOf(draft));
      setSent(answer);
      learn(learnt(jsonOf(answer), realm));
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setSending(false);
    }
  };
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {texts.about[step.id]}
      </Text>
      <Group align="flex-end" gap="xs">
        <NativeSelect
          label={texts.dataCenter}
          size="xs"
          data={realm.map(({ id }) => id)}
          value={draft.dataCenter}
          onChange={(event) => put({ dataCenter: event.currentTarget.value })}
        />
        {step.id === 'call' && (
          <>
            <NativeSelect
              label={texts.service}
              size="xs"
              data={Object.entries(texts.services)
                .filter(([value]) => value !== 'accounts')
                .map(([value, label]) => ({ value, label }))}
              value={draft.service}
              onChange={(event) => put({ service: event.currentTarget.value as Draft['service'] })}
            />
            <NativeSelect
              label={texts.method}
              size="xs"
              data={[...methods]}
              value={draft.method}
              onChange={(event) => put({ method: event.currentTarget.value as Draft['method'] })}
            />
          </>
        )}
        <TextInput
          label={texts.path}
          size="xs"
          flex="1 1 200px"
          value={draft.path}
          onChange={(event) => put({ path: event.currentTarget.value })}
          spellCheck={false}
          autoComplete="off"
        />
      </Group>
      <PairsInput
        label={texts.parameter}
        addLabel={texts.add}
        value={draft.parameters}
        onChange={(parameters) => put({ parameters })}
      />
      {step.id === 'call' && (
        <>
          <PairsInput
            label={texts.header}
            addLabel={texts.addHeader}
            value={draft.headers}
            onChange={(headers) => put({ headers })}
          />
          {draft.method !== 'GET' && draft.method !== 'OPTIONS' && (
            <Textarea
              label={texts.body}
              autosize
              minRows={3}
              value={draft.body ?? ''}
              onChange={(event) => put({ body: event.currentTarget.value })}
              spellCheck={false}
            />
          )}
        </>
      )}
      {!byBrowser && step.id !== 'call' && step.id !== 'device' && client.type !== 'mobile' && (
        <NativeSelect
          label={texts.secret}
          size="xs"
          maw={320}
          data={[
            { value: '', label: texts.secretNone },
            ...client.enabledDataCenters.map((id) => ({ value: id, label: texts.secretOf(id) })),
          ]}
          value={draft.secretOf ?? ''}
          onChange={({ currentTarget: { value } }) => {
            const { secretOf: _before, ...rest } = draft;
            setDraft(value === '' ? rest : { ...rest, secretOf: value });
          }}
        />
      )}
      <Group>
        {byBrowser && at && (
          <Button component="a" href={addressOf(at.accounts, draft)} target="_blank" rel="noopener noreferrer">
            {texts.open}
          </Button>
        )}
        <Button variant={byBrowser ? 'default' : 'filled'} onClick={send} loading={sending}>
          {byBrowser ? texts.check : texts.send}
        </Button>
        {step.mistakes.length > 0 && (
          <Menu position="bottom-start">
            <Menu.Target>
              <Button variant="default">{texts.mistakes}</Button>
            </Menu.Target>
            <Menu.Dropdown>
              {step.mistakes.map(({ label, make }) => (
                <Menu.Item key={label} onClick={() => setDraft(make(draft))}>
                  {label}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
        <Button
          variant="subtle"
          onClick={() => {
            setDraft(step.draft(values));
            setSent(undefined);
            setFailure(undefined);
          }}
        >
          {texts.reset}
        </Button>
      </Group>
      {failure && <Failed message={failure} />}
      <div aria-live="polite">{sent && <Sent sent={sent} byBrowser={byBrowser} />}</div>
    </Stack>
  );
}

/** Request and answer side by side; one above the other where there is no room. */
function Sent({
  sent: { request, answer, explained },
  byBrowser,
}: {
  readonly sent: GuidedAnswer;
  readonly byBrowser: boolean;
}) {
  const page = (answer.headers['content-type'] ?? '').startsWith('text/html');
  return (
    <Stack gap="sm">
      {explained && <Explanation explained={explained} />}
      {byBrowser && !explained && answer.status < 400 && (
        <Text size="sm" c="green" fw={600}>
          {texts.inOrder}
        </Text>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Side label={texts.request}>
          {[`${request.method} ${request.url}`, ...linesOf(request.headers), '', request.body].join('\n').trimEnd()}
        </Side>
        <Side label={`${texts.answer} ${answer.status}`}>
          {[...linesOf(answer.headers), '', page ? '' : readable(answer.body)].join('\n').trimEnd()}
        </Side>
      </SimpleGrid>
    </Stack>
  );
}

function Side({ label, children }: { readonly label: string; readonly children: string }) {
  return (
    <div style={{ minWidth: 0 }}>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <Code block tabIndex={0} aria-label={label} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {children}
      </Code>
    </div>
  );
}

const linesOf = (headers: Readonly<Record<string, string>>) =>
  Object.entries(headers).map(([name, value]) => `${name}: ${value}`);

function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function jsonOf({ answer }: GuidedAnswer): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(answer.body);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** What has no name is not sent; of a name that comes twice the last counts. */
function requestOf({ body, parameters, headers, ...draft }: Draft): GuidedRequest {
  const named = (pairs: readonly Pair[]) => Object.fromEntries(pairs.filter(([name]) => name !== ''));
  return { ...draft, parameters: named(parameters), headers: named(headers), ...(body ? { body } : {}) };
}

function addressOf(origin: string, { path, parameters }: Draft): string {
  return `${origin}${path}?${new URLSearchParams(parameters.filter(([name]) => name !== '').map((pair) => [...pair]))}`;
}
