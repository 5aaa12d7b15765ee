import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode, Ref } from 'react';
import type { Space } from '../../api/crm.ts';
import { crmQueries } from '../../api/crm-queries.ts';
import type { Chosen } from './form-values.ts';

/** Chooses a user of the organization. */
export function UserInput({
  space,
  value,
  onChange,
  clearable,
  ...input
}: {
  readonly space: Space;
  readonly value: Chosen | null;
  readonly onChange: (value: Chosen | null) => void;
  /** An owner can be another one, but not nobody. */
  readonly clearable: boolean;
  readonly label: ReactNode;
  readonly error: string | undefined;
  readonly withAsterisk: boolean;
  readonly onBlur: () => void;
  readonly ref: Ref<HTMLInputElement>;
}) {
  const users = useQuery(crmQueries.users(space));
  const names = new Map(users.data?.map(({ id, full_name }) => [id, full_name]));
  // Somebody who has left may still own the record.
  if (value && !names.has(value.id)) names.set(value.id, value.name);
  return (
    <Select
      {...input}
      data={[...names].map(([id, name]) => ({ value: id, label: name }))}
      value={value?.id ?? null}
      onChange={(id) => onChange(id === null ? null : { id, name: names.get(id) ?? id })}
      searchable
      clearable={clearable}
      allowDeselect={clearable}
    />
  );
}
