import { ActionIcon, Button, Group, Stack, TextInput } from '@mantine/core';
import { IconX } from '../../../parts/icons.tsx';
import { guidedTexts as texts } from '../../../texts/guided.ts';
import type { Pair } from './steps.ts';

/** Names with values, each open to change; others can be added, and any be taken out. */
export function PairsInput({
  label,
  addLabel,
  value,
  onChange,
}: {
  readonly label: string;
  readonly addLabel: string;
  readonly value: readonly Pair[];
  readonly onChange: (value: readonly Pair[]) => void;
}) {
  const put = (index: number, pair: Pair) => onChange(value.map((each, at) => (at === index ? pair : each)));
  return (
    <Stack gap="xs" role="group" aria-label={label}>
      {value.map(([name, text], index) => (
        // Rows have no identity but their place.
        // biome-ignore lint/suspicious/noArrayIndexKey: the place is what a row is
        <Group key={index} gap="xs" wrap="nowrap" align="flex-end">
          <TextInput
            aria-label={`${label} ${index + 1}: ${texts.name}`}
            value={name}
            onChange={(event) => put(index, [event.currentTarget.value, text])}
            w="38%"
            size="xs"
            spellCheck={false}
            autoComplete="off"
          />
          <TextInput
            aria-label={name === '' ? `${label} ${index + 1}: ${texts.value}` : name}
            value={text}
            onChange={(event) => put(index, [name, event.currentTarget.value])}
            flex={1}
            size="xs"
            spellCheck={false}
            autoComplete="off"
          />
          <ActionIcon
            variant="default"
            onClick={() => onChange(value.filter((_, at) => at !== index))}
            aria-label={texts.remove(name || String(index + 1))}
          >
            <IconX size={14} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Group>
        <Button size="compact-xs" variant="subtle" onClick={() => onChange([...value, ['', '']])}>
          {addLabel}
        </Button>
      </Group>
    </Stack>
  );
}
