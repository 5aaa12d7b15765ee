import { Badge, Button, Group, NativeSelect, Stack, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SigningKey, SigningKeyList } from '../../../../server/src/console/wire-administration.ts';
import { administrationQueries } from '../../api/administration.ts';
import { call } from '../../api/call.ts';
import { callConfirmed } from '../../api/confirmed-call.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Time } from '../../parts/time.tsx';
import { administrationTexts as texts } from '../../texts/administration.ts';

/** The keys that sign ID tokens, and their rotation. */
export function KeysTab() {
  const query = useQuery(administrationQueries.keys());
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [algorithm, setAlgorithm] = useState('RS256');
  const [retiring, setRetiring] = useState<string>();
  const rotate = async () => {
    const { keyId } = await call<SigningKey>('POST', '/administration/keys/rotate', { algorithm });
    await cache.invalidateQueries({ queryKey: ['administration', 'keys'] });
    notifications.show({ message: texts.rotated(keyId) });
  };
  const retire = async () => {
    const left = await callConfirmed<SigningKeyList>('POST', `/administration/keys/${retiring}/retire`, {});
    cache.setQueryData(administrationQueries.keys().queryKey, left);
    notifications.show({ message: texts.retired(retiring ?? '') });
  };
  return (
    <Stack>
      <Group justify="space-between">
        <Text c="dimmed">{texts.keysText}</Text>
        <Button onClick={() => setAsking(true)}>{texts.rotate}</Button>
      </Group>
      <Loaded query={query} height={240}>
        {({ keys }) => <KeyTable keys={keys} retire={setRetiring} />}
      </Loaded>
      <Confirm
        opened={asking}
        close={() => setAsking(false)}
        heading={texts.rotateHeading}
        text={texts.rotateText}
        action={texts.rotate}
        run={rotate}
      >
        <NativeSelect
          label={texts.algorithm}
          description={texts.algorithmText}
          data={['RS256', 'ES256']}
          value={algorithm}
          onChange={(event) => setAlgorithm(event.currentTarget.value)}
        />
      </Confirm>
      <Confirm
        opened={retiring !== undefined}
        close={() => setRetiring(undefined)}
        heading={texts.retireHeading}
        text={texts.retireText(retiring ?? '')}
        action={texts.retire}
        danger
        run={retire}
      />
    </Stack>
  );
}

/** States of keys that are not taken away, and not past. */
const retirable: ReadonlySet<string> = new Set(['signing', 'next', 'retired']);

interface KeyTableProps extends SigningKeyList {
  readonly retire: (keyId: string) => void;
}

function KeyTable({ keys, retire }: KeyTableProps) {
  const until = (iso: string | null) => (iso ? <Time iso={iso} /> : texts.open);
  return (
    <Table.ScrollContainer minWidth={900}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.keyId}</Table.Th>
            <Table.Th>{texts.algorithm}</Table.Th>
            <Table.Th>{texts.state}</Table.Th>
            <Table.Th>{texts.created}</Table.Th>
            <Table.Th>{texts.signsFrom}</Table.Th>
            <Table.Th>{texts.signsUntil}</Table.Th>
            <Table.Th>{texts.publishedUntil}</Table.Th>
            <Table.Th>{texts.actions}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.map((key) => (
            <Table.Tr key={key.keyId}>
              <Table.Th scope="row" ff="monospace">
                {key.keyId}
              </Table.Th>
              <Table.Td>{key.algorithm}</Table.Td>
              <Table.Td>
                <Badge variant="light" miw="max-content">
                  {key.state}
                </Badge>
              </Table.Td>
              <Table.Td>
                <Time iso={key.createdAt} />
              </Table.Td>
              <Table.Td>
                <Time iso={key.signsFrom} />
              </Table.Td>
              <Table.Td>{until(key.signsUntil)}</Table.Td>
              <Table.Td>{until(key.publishedUntil)}</Table.Td>
              <Table.Td>
                {retirable.has(key.state) && (
                  <Button
                    variant="subtle"
                    color="red"
                    size="compact-sm"
                    aria-label={texts.retireKey(key.keyId)}
                    onClick={() => retire(key.keyId)}
                  >
                    {texts.retire}
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
