import { Alert, Group, Stack, Text } from '@mantine/core';
import type { Explained } from '../../../server/src/console/wire-diagnosis.ts';
import { guidedTexts as texts } from '../texts/guided.ts';
import { ButtonLink } from './links.tsx';

/** Why a request was refused: expected, came, rule, mend, and the way to the setting that mends it. */
export function Explanation({ explained }: { readonly explained: Explained }) {
  const { expected, came, rule, mend, setting } = explained;
  const lines = [
    [texts.expected, expected],
    [texts.came, came],
    [texts.rule, rule],
    [texts.mend, mend],
  ] as const;
  return (
    <Alert color="orange" title={texts.explanation} role="note">
      <Stack gap="xs">
        {lines.map(([label, text]) => (
          <div key={label}>
            <Text size="sm" fw={600} component="span">
              {label}:{' '}
            </Text>
            <Text size="sm" component="span" style={{ overflowWrap: 'anywhere' }}>
              {text}
            </Text>
          </div>
        ))}
        {setting && (
          <Group>
            <ButtonLink to={setting.path as '/'} size="xs" variant="default">
              {texts.setIn(setting.label)}
            </ButtonLink>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
