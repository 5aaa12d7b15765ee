import { ActionIcon, Button, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { applicationsTexts as texts } from '../texts/applications.ts';
import { IconTrash } from './icons.tsx';

/** The values of lines: trimmed, those that are empty left out. */
export const filled = (lines: readonly string[]) => lines.map((line) => line.trim()).filter((line) => line !== '');

/** Several addresses of one kind, a line each. */
export function LinesInput({
  label,
  hint,
  addLabel,
  lines,
  errors = [],
  change,
  leave,
  children,
}: {
  readonly label: string;
  readonly hint: string;
  /** What the button says that adds a line. */
  readonly addLabel: string;
  readonly lines: readonly string[];
  /** By the place of the line. */
  readonly errors?: readonly (string | undefined)[] | undefined;
  readonly change: (lines: string[]) => void;
  /** A line was left. */
  readonly leave?: () => void;
  readonly children?: ReactNode;
}) {
  return (
    <Fieldset legend={label}>
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          {hint}
        </Text>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
          <Group key={index} gap="xs" align="flex-start" wrap="nowrap">
            <TextInput
              flex={1}
              aria-label={texts.numbered(label, index + 1)}
              value={line}
              onChange={(event) => change(lines.with(index, event.currentTarget.value))}
              onBlur={leave}
              error={errors[index]}
              inputMode="url"
              autoComplete="off"
            />
            {lines.length > 1 && (
              <ActionIcon
                variant="default"
                size="lg"
                mt={2}
                aria-label={texts.remove(line)}
                onClick={() => change(lines.toSpliced(index, 1))}
              >
                <IconTrash size={18} aria-hidden />
              </ActionIcon>
            )}
          </Group>
        ))}
        <Group>
          <Button size="xs" variant="default" onClick={() => change([...lines, ''])}>
            {addLabel}
          </Button>
        </Group>
        {children}
      </Stack>
    </Fieldset>
  );
}
