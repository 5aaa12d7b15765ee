import { List, Text, ThemeIcon } from '@mantine/core';
import type { StartSteps } from '../../../../server/src/console/wire.ts';
import { IconCheck, IconCircle } from '../../parts/icons.tsx';
import { startTexts as texts, wayTexts } from '../../texts/start.ts';

/** The steps of one way; those that the platform has seen are ticked off. */
export function StepList({ way }: { readonly way: StartSteps['ways'][number] }) {
  return (
    <List type="ordered" listStyleType="none" spacing="sm" center={false}>
      {way.steps.map(({ id, done }) => {
        const step = wayTexts[way.id].steps[id];
        return (
          <List.Item
            key={id}
            aria-label={`${step?.label ?? id}: ${done ? texts.done : texts.open}`}
            icon={
              <ThemeIcon size={22} radius="xl" color={done ? 'green' : 'gray'} variant={done ? 'filled' : 'light'}>
                {done ? <IconCheck size={14} aria-hidden /> : <IconCircle size={14} aria-hidden />}
              </ThemeIcon>
            }
          >
            <Text size="sm" fw={500}>
              {step?.label ?? id}
            </Text>
            <Text size="xs" c="dimmed">
              {step?.text}
            </Text>
          </List.Item>
        );
      })}
    </List>
  );
}
