import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { crmQueries } from '../../api/crm-queries.ts';
import { type ChooserProps, choiceOf } from './chooser.ts';

/** Chooses a user of the organization. */
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
  const users = useQuery(crmQueries.users(space));
  const names = new Map(users.data?.map(({ id, full_name }) => [id, full_name]));
  // Somebody who has left may still own the record.
  if (value && !names.has(value.id)) names.set(value.id, value.name);
  return (
    <Select
      {...input}
      {...choiceOf(names, { value, onChange })}
      searchable
      clearable={clearable}
      allowDeselect={clearable}
    />
  );
}
