import { Group, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import type { CrmModule } from '../../api/crm.ts';
import { recordsTexts as texts } from '../../texts/records.ts';
import type { ChooserProps } from './chooser.ts';
import { LookupInput } from './lookup-input.tsx';

/** Chooses a module, then a record of it, found by a word. */
export function AnyLookupInput({
  targets,
  value,
  onChange,
  ...input
}: ChooserProps & { readonly targets: readonly CrmModule[] }) {
  const [chosen, setChosen] = useState<string>();
  const module = value?.module ?? chosen ?? targets[0]?.api_name ?? '';
  // A module that the user may not see any more can still hold what is chosen.
  const listed = targets.some(({ api_name }) => api_name === module);
  return (
    <Group align="flex-start" gap="xs" wrap="nowrap" grow preventGrowOverflow={false}>
      <NativeSelect
        label={texts.moduleOf(input.label)}
        value={module}
        onChange={(event) => {
          setChosen(event.currentTarget.value);
          onChange(null);
        }}
        data={[
          ...targets.map(({ api_name, plural_label }) => ({ value: api_name, label: plural_label })),
          ...(listed ? [] : [{ value: module, label: module }]),
        ]}
        miw={0}
      />
      <LookupInput
        key={module}
        {...input}
        module={module}
        value={value}
        onChange={(record) => onChange(record && { ...record, module })}
      />
    </Group>
  );
}
