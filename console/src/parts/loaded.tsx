import { Alert, Button, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { shellTexts } from '../texts/shell.ts';

/** Shows what a query has read; until then a place of the given height, and a way on when it failed. */
export function Loaded<Data>({
  query,
  height = 200,
  heading,
  children,
}: {
  readonly query: UseQueryResult<Data>;
  /** Pixels that the content will take, so that nothing jumps. */
  readonly height?: number;
  /** For a whole screen: its heading when nothing could be read. */
  readonly heading?: string;
  readonly children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) {
    return (
      <Stack>
        {heading !== undefined && <Title order={1}>{heading}</Title>}
        <Failed message={query.error.message} again={() => query.refetch()} />
      </Stack>
    );
  }
  return <Skeleton height={height} role="status" aria-busy="true" aria-label={shellTexts.loading} />;
}

/** A failure in words, with a button to try again. */
export function Failed({ message, again }: { readonly message: string; readonly again?: () => void }) {
  return (
    <Alert color="red" title={shellTexts.failed} role="alert">
      <Stack align="flex-start" gap="sm">
        <Text size="sm">{message}</Text>
        {again && (
          <Button size="xs" variant="default" onClick={again}>
            {shellTexts.again}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
