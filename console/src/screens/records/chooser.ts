import type { Ref } from 'react';
import type { Space } from '../../api/crm.ts';
import type { Chosen } from './form-values.ts';

/** An input that chooses one record or user. */
export interface ChooserProps {
  readonly space: Space;
  readonly value: Chosen | null;
  readonly onChange: (value: Chosen | null) => void;
  readonly label: string;
  readonly error: string | undefined;
  readonly withAsterisk: boolean;
  readonly onBlur: () => void;
  readonly ref: Ref<HTMLInputElement>;
}

/** What a select is given to choose one of these, whose ids lead to their names. */
export function choiceOf(
  names: ReadonlyMap<string, string>,
  { value, onChange }: Pick<ChooserProps, 'value' | 'onChange'>,
) {
  return {
    data: [...names].map(([id, name]) => ({ value: id, label: name })),
    value: value?.id ?? null,
    onChange: (id: string | null) => onChange(id === null ? null : { id, name: names.get(id) ?? id }),
  };
}
