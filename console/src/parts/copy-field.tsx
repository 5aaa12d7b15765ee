import { ActionIcon, Code, CopyButton, Group, Text, Tooltip } from '@mantine/core';
import { clientTexts as texts } from '../texts/client.ts';
import { IconCheck, IconCopy } from './icons.tsx';

/** A value to be copied: an id, a secret, a code. */
export function CopyField({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Code style={{ overflowWrap: 'anywhere' }} aria-label={label}>
          {value}
        </Code>
        <CopyIcon label={label} value={value} />
      </Group>
    </div>
  );
}

/** Lines to be pasted into a shell or a file. */
export function CopyBlock({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div>
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={500}>
          {label}
        </Text>
        <CopyIcon label={label} value={value} />
      </Group>
      {/* Long lines are reached by keyboard, too. */}
      <Code block tabIndex={0} aria-label={label}>
        {value}
      </Code>
    </div>
  );
}

/** The button that copies a value. */
export function CopyIcon({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <CopyButton value={value} timeout={2000}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? texts.copied : texts.copy}>
          <ActionIcon variant="default" onClick={copy} aria-label={copied ? texts.copied : texts.copyOf(label)}>
            {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}
