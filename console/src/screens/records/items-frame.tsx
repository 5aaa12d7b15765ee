import { Input, Stack } from '@mantine/core';
import { type ReactNode, type Ref, useId } from 'react';
import type { CrmField, Space } from '../../api/crm.ts';

/** An input of a field that holds several items, each with inputs or a button of its own. */
export interface ItemsInputProps<Item> {
  readonly field: CrmField;
  readonly space: Space;
  readonly value: readonly Item[];
  readonly onChange: (value: readonly Item[]) => void;
  readonly label: string;
  readonly error: string | undefined;
  readonly withAsterisk: boolean;
  readonly onBlur: () => void;
  /** Gets the focus when the field is refused. */
  readonly ref: Ref<HTMLInputElement>;
}

/** The field's name above its items, read as their group's, and below them what is wrong. */
export function ItemsFrame({
  label,
  withAsterisk,
  error,
  wide = false,
  children,
}: Pick<ItemsInputProps<unknown>, 'label' | 'withAsterisk' | 'error'> & {
  /** Takes all columns of the form. */
  readonly wide?: boolean;
  readonly children: ReactNode;
}) {
  const labelId = useId();
  return (
    <Stack
      gap={wide ? 'xs' : 6}
      role="group"
      aria-labelledby={labelId}
      {...(wide && { style: { gridColumn: '1 / -1' } })}
    >
      <Input.Label component="div" id={labelId} required={withAsterisk}>
        {label}
      </Input.Label>
      {children}
      <div aria-live="polite">{error && <Input.Error>{error}</Input.Error>}</div>
    </Stack>
  );
}
