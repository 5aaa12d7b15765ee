import { Alert, List, Stack, Table, Text, Textarea, Title } from '@mantine/core';
import { useDeferredValue, useMemo, useState } from 'react';
import { type ScopeCatalogue, scopeLimits } from '../../../../server/src/oauth/scopes.ts';
import { scopesTexts as texts } from '../../texts/scopes.ts';
import { type CheckedList, checkScopes, type Operation } from './smallest-scopes.ts';

/** From a list of scopes to the calls that it opens, and what is wrong with it. */
export function FromScopes({
  catalogue,
  operations,
}: {
  readonly catalogue: ScopeCatalogue;
  readonly operations: readonly Operation[];
}) {
  const [list, setList] = useState('');
  const settled = useDeferredValue(list);
  const checked = useMemo(() => checkScopes(catalogue, operations, settled), [catalogue, operations, settled]);
  return (
    <Stack component="section" aria-label={texts.check}>
      <div>
        <Title order={2}>{texts.check}</Title>
        <Text c="dimmed">{texts.checkText}</Text>
      </div>
      <Textarea
        label={texts.list}
        description={texts.listHint}
        value={list}
        onChange={(event) => setList(event.currentTarget.value)}
        autosize
        minRows={3}
        maxRows={12}
        autoComplete="off"
        spellCheck={false}
      />
      <div aria-live="polite">{checked.count > 0 && <Findings checked={checked} />}</div>
    </Stack>
  );
}

function Findings({ checked }: { readonly checked: CheckedList }) {
  const { count, unknown, repeated, sentences, allowed } = checked;
  return (
    <Stack>
      {unknown.length > 0 && (
        <Alert color="red" title={texts.unknown}>
          {texts.unknownText(unknown.join(', '))}
        </Alert>
      )}
      {count > scopeLimits.count && <Alert color="red">{texts.tooMany(scopeLimits.count, count)}</Alert>}
      {repeated.length > 0 && <Alert color="yellow">{texts.repeated(repeated.join(', '))}</Alert>}
      {sentences.length > 0 && (
        <div>
          <Title order={3} size="h4">
            {texts.sentences}
          </Title>
          <List size="sm">
            {sentences.map((sentence) => (
              <List.Item key={sentence}>{sentence}</List.Item>
            ))}
          </List>
        </div>
      )}
      <Title order={3} size="h4">
        {texts.allows(allowed.length)}
      </Title>
      {allowed.length > 0 && (
        <Table.ScrollContainer minWidth={560} maxHeight={420}>
          <Table verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{texts.call}</Table.Th>
                <Table.Th>{texts.forModules}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {allowed.map(({ operation: { id, summary }, modules }) => (
                <Table.Tr key={id}>
                  <Table.Td>
                    <Text ff="monospace" size="sm">
                      {id}
                    </Text>
                    <Text size="xs" c="dimmed">
                      {summary}
                    </Text>
                  </Table.Td>
                  <Table.Td>{modules.length === 0 ? texts.allModules : modules.join(', ')}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Stack>
  );
}
