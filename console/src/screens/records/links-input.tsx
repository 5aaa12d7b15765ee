import { CloseButton, Group, Input, Pill, Stack } from '@mantine/core';
import { recordsTexts as texts } from '../../texts/records.ts';
import type { Chosen, LinkItem } from './form-values.ts';
import type { ItemsInputProps } from './items-frame.tsx';
import { LookupInput } from './lookup-input.tsx';
import { UserInput } from './user-input.tsx';

/** Chooses several records of another module, or several users. */
export function LinksInput({ field, value, onChange, ...input }: ItemsInputProps<LinkItem>) {
  const add = (chosen: Chosen | null) => {
    if (chosen && !value.some(({ id }) => id === chosen.id)) onChange([...value, chosen]);
  };
  // The chooser begins anew after each choice.
  const key = value.length;
  return (
    <Stack gap={6}>
      {field.data_type === 'multiuserlookup' ? (
        <UserInput key={key} {...input} value={null} onChange={add} clearable />
      ) : (
        <LookupInput
          key={key}
          {...input}
          module={field.multiselectlookup?.connected_module?.api_name ?? ''}
          value={null}
          onChange={add}
        />
      )}
      <Group gap={6} role="group" aria-label={texts.chosenOf(input.label)}>
        {value.map((item) => (
          <Pill key={item.id} size="md" style={{ maxWidth: '100%' }}>
            <Group gap={4} wrap="nowrap">
              <span style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>{item.name}</span>
              <CloseButton
                size={18}
                aria-label={texts.removeItem(item.name)}
                onClick={() => onChange(value.filter(({ id }) => id !== item.id))}
              />
            </Group>
          </Pill>
        ))}
        {value.length === 0 && <Input.Description>{texts.chosenNone}</Input.Description>}
      </Group>
    </Stack>
  );
}
