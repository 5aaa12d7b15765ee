import { MultiSelect, Stack, Text, Title } from '@mantine/core';
import { useMemo, useState } from 'react';
import { moduleSubjects } from '../../../../server/src/oauth/scope-catalogue.ts';
import type { ScopeCatalogue } from '../../../../server/src/oauth/scopes.ts';
import { CopyField } from '../../parts/copy-field.tsx';
import { scopesTexts as texts } from '../../texts/scopes.ts';
import { isForModules, type Operation, smallestScopes } from './smallest-scopes.ts';

const modules = Object.entries(moduleSubjects).map(([value, label]) => ({ value, label }));

/** From the calls that an app makes to the smallest list of scopes. */
export function FromCalls({
  catalogue,
  operations,
}: {
  readonly catalogue: ScopeCatalogue;
  readonly operations: readonly Operation[];
}) {
  const [chosen, setChosen] = useState<string[]>([]);
  const [on, setOn] = useState<string[]>([]);
  const choices = useMemo(
    () =>
      [...Map.groupBy(operations, ({ chapter }) => chapter)].map(([group, theirs]) => ({
        group,
        items: theirs.map(({ id, summary }) => ({ value: id, label: `${id}: ${summary}` })),
      })),
    [operations],
  );
  const wanted = operations.filter(({ id }) => chosen.includes(id));
  const scopes = useMemo(() => smallestScopes(catalogue, wanted, on), [catalogue, wanted, on]);
  return (
    <Stack component="section" aria-label={texts.smallest}>
      <div>
        <Title order={2}>{texts.smallest}</Title>
        <Text c="dimmed">{texts.smallestText}</Text>
      </div>
      <MultiSelect
        label={texts.calls}
        description={texts.callsHint}
        data={choices}
        value={chosen}
        onChange={setChosen}
        searchable
        clearable
        hidePickedOptions
        limit={100}
        nothingFoundMessage={texts.callsNone}
        maxDropdownHeight={320}
      />
      {wanted.some(isForModules) && (
        <MultiSelect
          label={texts.modules}
          description={texts.modulesHint}
          data={modules}
          value={on}
          onChange={setOn}
          searchable
          clearable
        />
      )}
      <div aria-live="polite" style={{ minHeight: 56 }}>
        {scopes.length === 0 ? (
          <Text size="sm" c="dimmed">
            {texts.nothingChosen}
          </Text>
        ) : (
          <CopyField label={texts.smallestList} value={scopes.join(',')} />
        )}
      </div>
    </Stack>
  );
}
