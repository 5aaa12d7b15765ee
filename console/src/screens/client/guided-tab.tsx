import { Code, Stack, Table, Text, Textarea, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Client } from '../../../../server/src/console/wire.ts';
import { useSession } from '../../app/session.tsx';
import { ButtonLink } from '../../parts/links.tsx';
import { guidedTexts as texts } from '../../texts/guided.ts';
import { RequestStep } from './guided/request-step.tsx';
import { learnt, type Pair, readCallback, stepsOf, type Values } from './guided/steps.ts';

/** The client's flow, one request at a time, with everything open to change. */
export function GuidedTab({ client }: { readonly client: Client }) {
  const { realm, dataCenter } = useSession();
  const [values, setValues] = useState<Values>({
    code: '',
    accessToken: '',
    refreshToken: '',
    deviceCode: '',
    verifier: '',
    challenge: '',
    home: dataCenter.id,
    service: 'api',
  });
  const learn = (change: Partial<Values>) => setValues((before) => ({ ...before, ...change }));
  useEffect(() => {
    if (client.type === 'mobile') createProof().then((proof) => setValues((before) => ({ ...before, ...proof })));
  }, [client.type]);
  return (
    <Stack gap="xl">
      <Text c="dimmed">{texts.intro}</Text>
      {stepsOf(client, realm).map((step, index) => {
        const title = `${index + 1}. ${texts.steps[step.id]}`;
        return (
          <Stack key={step.id} component="section" aria-label={title} gap="xs">
            <Title order={2} size="h4">
              {title}
            </Title>
            {step.id === 'callback' ? (
              <Callback read={(pairs) => learn(learnt(Object.fromEntries(pairs), realm))} />
            ) : step.id === 'code' ? (
              <ToCode client={client} />
            ) : (
              // A step begins anew when what it is made with is another one.
              <RequestStep
                key={step.uses.map((name) => values[name]).join(' ')}
                {...{ client, realm, step, values, learn }}
              />
            )}
          </Stack>
        );
      })}
    </Stack>
  );
}

function Callback({ read }: { readonly read: (pairs: readonly Pair[]) => void }) {
  const [address, setAddress] = useState('');
  const pairs = readCallback(address);
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {texts.about.callback}
      </Text>
      <Textarea
        label={texts.callbackAddress}
        value={address}
        autosize
        onChange={({ currentTarget: { value } }) => {
          setAddress(value);
          read(readCallback(value));
        }}
        spellCheck={false}
        autoComplete="off"
      />
      {pairs.length === 0 ? (
        <Text size="sm" c="dimmed">
          {texts.callbackEmpty}
        </Text>
      ) : (
        <Table aria-label={texts.callbackRead}>
          <Table.Tbody>
            {pairs.map(([name, value]) => (
              <Table.Tr key={`${name} ${value}`}>
                <Table.Th>{name}</Table.Th>
                <Table.Td>
                  <Code style={{ overflowWrap: 'anywhere' }}>{value}</Code>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}

function ToCode({ client }: { readonly client: Client }) {
  return (
    <Stack gap="sm" align="flex-start">
      <Text size="sm" c="dimmed">
        {texts.about.code}
      </Text>
      <ButtonLink
        to="/applications/$clientId/$tab"
        params={{ clientId: client.clientId, tab: 'code' }}
        target="_blank"
        variant="default"
      >
        {texts.toCode}
      </ButtonLink>
    </Stack>
  );
}

/** A verifier of PKCE and its challenge (RFC 7636 §4.1, §4.2). */
async function createProof(): Promise<Pick<Values, 'verifier' | 'challenge'>> {
  const verifier = base64Url(crypto.getRandomValues(new Uint8Array(32)));
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return { verifier, challenge: base64Url(new Uint8Array(hash)) };
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
