import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, type Ref, useState } from 'react';
import type { Space } from '../../api/crm.ts';
import { crmQueries } from '../../api/crm-queries.ts';
import { recordsTexts as texts } from '../../texts/records.ts';
import type { Chosen } from './form-values.ts';
import { recordName } from './value.tsx';

/** Chooses a record of another module, found by a word. */
export function LookupInput({
  space,
  module,
  value,
  onChange,
  ...input
}: {
  readonly space: Space;
  readonly module: string;
  readonly value: Chosen | null;
  readonly onChange: (value: Chosen | null) => void;
  readonly label: ReactNode;
  readonly error: string | undefined;
  readonly withAsterisk: boolean;
  readonly onBlur: () => void;
  readonly ref: Ref<HTMLInputElement>;
}) {
  const [typed, setTyped] = useState(value?.name ?? '');
  const [word] = useDebouncedValue(typed.trim(), 250);
  const fields = useQuery({ ...crmQueries.fields(space, module), enabled: module !== '' });
  const all = fields.data ?? [];
  const nameField =
    all.find(({ api_name }) => api_name === 'Full_Name') ?? all.find(({ display_field }) => display_field);
  const found = useQuery({
    ...crmQueries.choices(space, module, nameField?.api_name ?? 'id', word),
    enabled: word.length >= 2 && nameField !== undefined && word !== value?.name,
    placeholderData: keepPreviousData,
  });
  const names = new Map(found.data?.map((record) => [record.id, recordName(record, nameField?.api_name)]));
  if (value) names.set(value.id, value.name);
  return (
    <Select
      {...input}
      data={[...names].map(([id, name]) => ({ value: id, label: name }))}
      value={value?.id ?? null}
      onChange={(id) => onChange(id === null ? null : { id, name: names.get(id) ?? id })}
      searchable
      clearable
      searchValue={typed}
      onSearchChange={setTyped}
      // The API has searched already, in more than the names.
      filter={({ options }) => options}
      nothingFoundMessage={word.length < 2 ? texts.lookupSearch : texts.lookupNone}
    />
  );
}
