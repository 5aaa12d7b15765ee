import { Group, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { shellTexts } from '../texts/shell.ts';

/** The title of the browser's tab: the screen, then the console. */
export function useScreenTitle(title: string): void {
  useDocumentTitle(`${title} · ${shellTexts.product}`);
}

/** The heading of a screen with what it is for, and what can be done on it. */
export function ScreenHeading({
  title,
  intro,
  children,
}: {
  readonly title: string;
  readonly intro?: ReactNode;
  readonly children?: ReactNode;
}) {
  useScreenTitle(title);
  return (
    <Group justify="space-between" align="flex-end">
      <div>
        <Title order={1} style={{ overflowWrap: 'anywhere' }}>
          {title}
        </Title>
        {intro !== undefined && <Text c="dimmed">{intro}</Text>}
      </div>
      {children}
    </Group>
  );
}
