import { Button, Fieldset, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Failed } from '../../parts/loaded.tsx';
import { clientTexts as texts } from '../../texts/client.ts';

interface SettingsFormProps {
  readonly legend: string;
  readonly text: string;
  readonly save: () => void;
  readonly busy: boolean;
  /** Why it was not saved, where that is no field's fault. */
  readonly failure: string | undefined;
  readonly children: ReactNode;
}

/** A group of a client's settings that are saved together. */
export function SettingsForm({ busy, children, failure, legend, save, text }: SettingsFormProps) {
  return (
    <Fieldset legend={legend}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Stack maw={640}>
          <Text size="sm" c="dimmed">
            {text}
          </Text>
          {children}
          {failure && <Failed message={failure} />}
          <Group>
            <Button type="submit" loading={busy}>
              {texts.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Fieldset>
  );
}
