import { Button, Collapse, List, ScrollArea, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { ScopeList } from '../../../../server/src/console/wire.ts';
import { IconSearch } from '../../parts/icons.tsx';
import { scopesTexts as texts } from '../../texts/scopes.ts';

type Scope = ScopeList['scopes'][number];
const route = getRouteApi('/scopes');

/** All scopes by service; the address keeps the search. */
export function Catalogue({ list }: { readonly list: ScopeList }) {
  const { search = '' } = route.useSearch();
  const navigate = useNavigate({ from: '/scopes' });
  const find = useDebouncedCallback((text: string) => {
    navigate({ search: text === '' ? {} : { search: text }, replace: true, resetScroll: false });
  }, 250);
  const found = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/);
    return list.scopes.filter(({ name, sentence, operations }) => {
      const text = `${name} ${sentence} ${operations.join(' ')}`.toLowerCase();
      return words.every((word: string) => text.includes(word));
    });
  }, [list, search]);
  return (
    <Stack component="section" aria-label={texts.catalogue}>
      <Title order={2}>{texts.catalogue}</Title>
      <TextInput
        label={texts.search}
        description={texts.searchHint}
        leftSection={<IconSearch size={16} aria-hidden />}
        defaultValue={search}
        onChange={(event) => find(event.currentTarget.value)}
        autoComplete="off"
        maw={520}
      />
      <Text size="sm" c="dimmed" role="status">
        {found.length === 0 ? texts.none : texts.found(found.length)}
      </Text>
      <ScrollArea h={480} type="auto" viewportProps={{ tabIndex: 0, 'aria-label': texts.catalogue, role: 'group' }}>
        <Stack>
          {[...Map.groupBy(found, ({ service }) => service)].map(([service, theirs]) => (
            <ServiceTable key={service} service={service} scopes={theirs} />
          ))}
        </Stack>
      </ScrollArea>
    </Stack>
  );
}

function ServiceTable({ service, scopes }: { readonly service: string; readonly scopes: readonly Scope[] }) {
  return (
    <div>
      <Title order={3} size="h4">
        {service}
      </Title>
      <Table.ScrollContainer minWidth={560}>
        <Table verticalSpacing={6} aria-label={texts.group(service)} layout="fixed">
          <Table.Tbody>
            {scopes.map((scope) => (
              <ScopeRow key={scope.name} scope={scope} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}

function ScopeRow({ scope: { name, sentence, operations } }: { readonly scope: Scope }) {
  const [opened, setOpened] = useState(false);
  return (
    <Table.Tr>
      <Table.Th scope="row" style={{ verticalAlign: 'top' }}>
        <Text ff="monospace" size="sm" style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Text>
      </Table.Th>
      <Table.Td>
        <Text size="sm">{sentence}</Text>
        {operations.length === 0 ? (
          <Text size="xs" c="dimmed">
            {texts.noCalls}
          </Text>
        ) : (
          <>
            <Button
              variant="subtle"
              size="compact-xs"
              aria-expanded={opened}
              aria-label={`${texts.callsOf(operations.length)}: ${name}`}
              onClick={() => setOpened(!opened)}
            >
              {texts.callsOf(operations.length)}
            </Button>
            <Collapse expanded={opened}>
              {opened && (
                <List size="xs">
                  {operations.map((operation) => (
                    <List.Item key={operation} ff="monospace">
                      {operation}
                    </List.Item>
                  ))}
                </List>
              )}
            </Collapse>
          </>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
