import { Badge, Stack, Table, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { LimitList } from '../../../../server/src/console/wire-administration.ts';
import { administrationQueries } from '../../api/administration.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { administrationTexts as texts } from '../../texts/administration.ts';

/** Every setting with the value in force and the documented default. */
export function LimitsTab() {
  const query = useQuery(administrationQueries.limits());
  const [search, setSearch] = useState('');
  return (
    <Stack>
      <Text c="dimmed">{texts.limitsText}</Text>
      <TextInput
        label={texts.search}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        autoComplete="off"
        maw={360}
      />
      <Loaded query={query} height={600}>
        {({ limits }) => {
          const text = search.toLowerCase();
          const shown = limits.filter((each) => `${each.name} ${each.description}`.toLowerCase().includes(text));
          return shown.length === 0 ? <Text role="status">{texts.none}</Text> : <LimitTable limits={shown} />;
        }}
      </Loaded>
    </Stack>
  );
}

function LimitTable({ limits }: LimitList) {
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.setting}</Table.Th>
            <Table.Th>{texts.value}</Table.Th>
            <Table.Th>{texts.default}</Table.Th>
            <Table.Th>{texts.meaning}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {limits.map((limit) => {
            const [value, standard] = [shown(limit.value), shown(limit.default)];
            return (
              <Table.Tr key={limit.name}>
                <Table.Th scope="row" ff="monospace" fz="sm">
                  {limit.name}
                </Table.Th>
                <Table.Td>
                  {value} {value !== standard && <Badge size="xs">{texts.differs}</Badge>}
                </Table.Td>
                <Table.Td>{standard}</Table.Td>
                <Table.Td>
                  <Text size="sm">{limit.description}</Text>
                  {limit.perClient && (
                    <Text size="xs" c="dimmed">
                      {texts.perClient}
                    </Text>
                  )}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function shown(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
