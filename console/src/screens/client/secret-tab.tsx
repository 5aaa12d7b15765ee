import { Button, Code, Group, NativeSelect, Stack, Table, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Client, NewSecrets, SecretList, SecretRotation } from '../../../../server/src/console/wire.ts';
import { hasKeys } from '../../../../server/src/oauth/client.ts';
import { callConfirmed, confirmationOf } from '../../api/confirmed-call.ts';
import { queries } from '../../api/queries.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { CopyField } from '../../parts/copy-field.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Time, timeText } from '../../parts/time.tsx';
import { clientTexts as texts } from '../../texts/client.ts';

type Secret = SecretList['secrets'][number];

/** Client ID and the secrets of each data centre: hidden until they are asked for, and replaced without a break. */
export function SecretTab({ client }: { readonly client: Client }) {
  const query = useQuery(queries.secrets(client.clientId));
  const [rotating, setRotating] = useState<string>();
  const [fresh, setFresh] = useState<Readonly<Record<string, string>>>({});
  return (
    <Stack>
      <CopyField label={texts.clientId} value={client.clientId} />
      <Text c="dimmed">{secretIntro(client)}</Text>
      {Object.entries(fresh).map(([dataCenter, secret]) => (
        <CopyField key={dataCenter} label={`${texts.rotated} (${dataCenter})`} value={secret} />
      ))}
      <Loaded query={query} height={220}>
        {({ secrets }) => (
          <Table.ScrollContainer minWidth={620}>
            <Table verticalSpacing="sm">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{texts.dataCenter}</Table.Th>
                  <Table.Th>{texts.clientSecret}</Table.Th>
                  <Table.Th>{texts.made}</Table.Th>
                  <Table.Th>{texts.lastUsed}</Table.Th>
                  <Table.Td />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {secrets.map((secret) => (
                  <SecretRow key={secret.secretId} client={client} secret={secret} rotate={setRotating} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Loaded>
      <Rotation client={client} dataCenter={rotating} close={() => setRotating(undefined)} shown={setFresh} />
    </Stack>
  );
}

function secretIntro(client: Client): string {
  if (hasKeys(client)) return texts.keysInstead;
  return client.type === 'browser' ? texts.browserSecretIntro : texts.secretIntro;
}

function SecretRow({
  client,
  secret,
  rotate,
}: {
  readonly client: Client;
  readonly secret: Secret;
  readonly rotate: (dataCenter: string) => void;
}) {
  const [shown, setShown] = useState<string>();
  const reveal = async () => {
    const path = `/clients/${encodeURIComponent(client.clientId)}/secrets/${encodeURIComponent(secret.secretId)}/reveal`;
    try {
      setShown((await callConfirmed<{ secret: string }>('POST', path, {})).secret);
    } catch (error) {
      // The user did not confirm the sign-in: it stays hidden.
      if (!confirmationOf(error)) throw error;
    }
  };
  return (
    <Table.Tr>
      <Table.Td>
        {secret.dataCenter}
        {secret.endsAt && (
          <Text size="xs" c="dimmed">
            {texts.endsAt(timeText(secret.endsAt))}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        {shown ? (
          <CopyField label={texts.clientSecret} value={shown} />
        ) : (
          <Group gap="xs">
            <Code aria-hidden>{texts.hidden}</Code>
            {secret.revealable ? (
              <Button size="xs" variant="default" onClick={reveal} aria-label={texts.revealOf(secret.dataCenter)}>
                {texts.reveal}
              </Button>
            ) : (
              <Text size="xs" c="dimmed">
                {texts.notKept}
              </Text>
            )}
          </Group>
        )}
      </Table.Td>
      <Table.Td>
        <Time iso={secret.createdAt} />
      </Table.Td>
      <Table.Td>{secret.lastUsedAt ? <Time iso={secret.lastUsedAt} /> : texts.never}</Table.Td>
      <Table.Td>
        {!secret.endsAt && (
          <Button
            size="xs"
            variant="default"
            onClick={() => rotate(secret.dataCenter)}
            aria-label={`${texts.rotate} (${secret.dataCenter})`}
          >
            {texts.rotate}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

const overlapChoices = ([0, 3600, 86_400, 604_800] as const).map((seconds) => ({
  value: String(seconds),
  label: texts.overlaps[seconds],
}));

function Rotation({
  client,
  dataCenter,
  close,
  shown,
}: {
  readonly client: Client;
  readonly dataCenter: string | undefined;
  readonly close: () => void;
  readonly shown: (secrets: Readonly<Record<string, string>>) => void;
}) {
  const [overlap, setOverlap] = useState('3600');
  const cache = useQueryClient();
  return (
    <Confirm
      opened={dataCenter !== undefined}
      close={close}
      heading={texts.rotateHeading}
      text={texts.rotateText}
      action={texts.rotateSecret}
      run={async () => {
        const body: SecretRotation = {
          overlapSeconds: Number(overlap) as SecretRotation['overlapSeconds'],
          ...(dataCenter === undefined || client.sameSecret ? {} : { dataCenter }),
        };
        const path = `/clients/${encodeURIComponent(client.clientId)}/secrets/rotate`;
        shown((await callConfirmed<NewSecrets>('POST', path, body)).secrets);
        await cache.invalidateQueries({ queryKey: ['client', client.clientId, 'secrets'] });
      }}
    >
      <NativeSelect
        label={texts.overlap}
        data={overlapChoices}
        value={overlap}
        onChange={(event) => setOverlap(event.currentTarget.value)}
      />
    </Confirm>
  );
}
