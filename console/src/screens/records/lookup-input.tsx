import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { crmQueries } from '../../api/crm-queries.ts';
import { recordsTexts as texts } from '../../texts/records.ts';
import { type ChooserProps, choiceOf } from './chooser.ts';
import { recordName } from './value.tsx';

/** Chooses a record of another module, found by a word. */
export function LookupInput({ space, module, value, onChange, ...input }: ChooserProps & { readonly module: string }) {
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
      {...choiceOf(names, { value, onChange })}
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
