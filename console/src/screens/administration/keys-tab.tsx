import { Badge, Button, Group, Stack, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SigningKey, SigningKeyList } from '../../../../server/src/console/wire-administration.ts';
import { administrationQueries } from '../../api/administration.ts';
import { call } from '../../api/call.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Time } from '../../parts/time.tsx';
import { administrationTexts as texts } from '../../texts/administration.ts';

/** The keys that sign ID tokens, and their rotation. */
export function KeysTab() {
  const query = useQuery(administrationQueries.keys());
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  const rotate = async () => {
    const { keyId } = await call<SigningKey>('POST', '/administration/keys/rotate');
    await cache.invalidateQueries({ queryKey: ['administration', 'keys'] });
    notifications.show({ message: texts.rotated(keyId) });
  };
  return (
    <Stack>
      <Group justify="space-between">
        <Text c="dimmed">{texts.keysText}</Text>
        <Button onClick={() => setAsking(true)}>{texts.rotate}</Button>
      </Group>
      <Loaded query={query} height={240}>
        {({ keys }) => <KeyTable keys={keys} />}
      </Loaded>
      <Confirm
        opened={asking}
        close={() => setAsking(false)}
        heading={texts.rotateHeading}
        text={texts.rotateText}
        action={texts.rotate}
        run={rotate}
      />
    </Stack>
  );
}

function KeyTable({ keys }: SigningKeyList) {
  const until = (iso: string | null) => (iso ? <Time iso={iso} /> : texts.open);
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.keyId}</Table.Th>
            <Table.Th>{texts.state}</Table.Th>
            <Table.Th>{texts.created}</Table.Th>
            <Table.Th>{texts.signsFrom}</Table.Th>
            <Table.Th>{texts.signsUntil}</Table.Th>
            <Table.Th>{texts.publishedUntil}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.map((key) => (
            <Table.Tr key={key.keyId}>
              <Table.Th scope="row" ff="monospace">
                {key.keyId}
              </Table.Th>
              <Table.Td>
                <Badge variant="light">{key.state}</Badge>
              </Table.Td>
              <Table.Td>
                <Time iso={key.createdAt} />
              </Table.Td>
              <Table.Td>
                <Time iso={key.signsFrom} />
              </Table.Td>
              <Table.Td>{until(key.signsUntil)}</Table.Td>
              <Table.Td>{until(key.publishedUntil)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
