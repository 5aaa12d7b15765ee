import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { crmQueries } from '../../api/crm-queries.ts';
import { recordsTexts as texts } from '../../texts/records.ts';
import { type ChooserProps, choiceOf } from './chooser.ts';

/** Chooses a user of the organization. Where there are more than the API gives at once, it searches them. */
export function UserInput({
  space,
  value,
  onChange,
  clearable,
  ...input
}: ChooserProps & {
  /** An owner can be another one, but not nobody. */
  readonly clearable: boolean;
}) {
  const [typed, setTyped] = useState(value?.name ?? '');
  const [text] = useDebouncedValue(typed.trim(), 250);
  const first = useQuery(crmQueries.users(space));
  const searches = first.data?.info.more_records === true && text !== '' && text !== value?.name;
  const found = useQuery({
    ...crmQueries.usersNamed(space, text),
    enabled: searches,
    placeholderData: keepPreviousData,
  });
  const shown = (searches ? found.data : first.data)?.users ?? [];
  const names = new Map(shown.map(({ id, full_name }) => [id, full_name]));
  // Somebody who has left may still own the record.
  if (value && !names.has(value.id)) names.set(value.id, value.name);
  return (
    <Select
      {...input}
      {...choiceOf(names, { value, onChange })}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      // The API has searched already, in more than the names.
      {...(searches && { filter: ({ options }) => options })}
      nothingFoundMessage={texts.userNone}
      clearable={clearable}
      allowDeselect={clearable}
    />
  );
}
