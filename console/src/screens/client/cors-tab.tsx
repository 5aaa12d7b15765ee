import { Alert, Button, Group, NativeSelect, Stack, Table, Text, TextInput } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { Client } from '../../../../server/src/console/wire.ts';
import type { CorsDiagnosis } from '../../../../server/src/console/wire-diagnosis.ts';
import { call } from '../../api/call.ts';
import { useSession } from '../../app/session.tsx';
import { ButtonLink } from '../../parts/links.tsx';
import { Failed } from '../../parts/loaded.tsx';
import { clientTexts } from '../../texts/client.ts';
import { guidedTexts as texts } from '../../texts/guided.ts';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Whether a browser lets a page call the API with a token of this client, and which line of its settings decides. */
export function CorsTab({ client }: { readonly client: Client }) {
  const { realm, dataCenter } = useSession();
  const search = useSearch({ strict: false }) as { origin?: string; method?: string; dataCenter?: string };
  const [question, setQuestion] = useState({
    dataCenter: search.dataCenter ?? dataCenter.id,
    origin: search.origin ?? client.javascriptDomains[0] ?? '',
    method: search.method ?? 'GET',
    headers: '',
  });
  const [found, setFound] = useState<CorsDiagnosis>();
  const [failure, setFailure] = useState<string>();
  const put = (change: Partial<typeof question>) => setQuestion({ ...question, ...change });
  const check = async (event: FormEvent) => {
    event.preventDefault();
    setFailure(undefined);
    try {
      const path = `/clients/${encodeURIComponent(client.clientId)}/cors-check?${new URLSearchParams(question)}`;
      setFound(await call<CorsDiagnosis>('GET', path));
    } catch (error) {
      setFound(undefined);
      setFailure(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Stack>
      <Text c="dimmed">{texts.corsIntro}</Text>
      <form onSubmit={check} noValidate>
        <Stack maw={640} gap="sm">
          <TextInput
            label={texts.origin}
            description={texts.originHint}
            value={question.origin}
            onChange={(event) => put({ origin: event.currentTarget.value })}
            spellCheck={false}
            autoComplete="off"
          />
          <Group grow>
            <NativeSelect
              label={texts.dataCenter}
              data={realm.map(({ id }) => id)}
              value={question.dataCenter}
              onChange={(event) => put({ dataCenter: event.currentTarget.value })}
            />
            <NativeSelect
              label={texts.method}
              data={[...new Set([...methods, question.method])]}
              value={question.method}
              onChange={(event) => put({ method: event.currentTarget.value })}
            />
          </Group>
          <TextInput
            label={texts.headers}
            description={texts.headersHint}
            value={question.headers}
            onChange={(event) => put({ headers: event.currentTarget.value })}
            spellCheck={false}
            autoComplete="off"
          />
          <Group>
            <Button type="submit">{texts.check}</Button>
          </Group>
        </Stack>
      </form>
      {failure && <Failed message={failure} />}
      <div aria-live="polite">{found && <Diagnosis client={client} found={found} />}</div>
    </Stack>
  );
}

function Diagnosis({ client, found }: { readonly client: Client; readonly found: CorsDiagnosis }) {
  const { allowed, headers, mend, preflight, reason } = found;
  return (
    <Stack>
      <Alert color={allowed ? 'green' : 'orange'} title={allowed ? texts.allowed : texts.notAllowed} role="status">
        <Stack gap="xs" align="flex-start">
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {reason}
          </Text>
          {preflight.status !== null && <Text size="sm">{texts.preflightStatus(preflight.status)}</Text>}
          {mend !== null && (
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              <b>{texts.mend}:</b> {mend}
            </Text>
          )}
          {!allowed && (
            <ButtonLink
              to="/applications/$clientId/$tab"
              params={{ clientId: client.clientId, tab: 'settings' }}
              size="xs"
              variant="default"
            >
              {texts.setIn(clientTexts.tabs.settings)}
            </ButtonLink>
          )}
        </Stack>
      </Alert>
      {headers.length > 0 && (
        <Table.ScrollContainer minWidth={640}>
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{texts.part}</Table.Th>
                <Table.Th>{texts.header}</Table.Th>
                <Table.Th>{texts.value}</Table.Th>
                <Table.Th>{texts.meaning}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {headers.map(({ part, name, value, meaning }) => (
                <Table.Tr key={`${part} ${name}`}>
                  <Table.Td>{part}</Table.Td>
                  <Table.Td>{name}</Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
                  <Table.Td>{meaning}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Stack>
  );
}
