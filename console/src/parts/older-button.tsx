import { Button, Group } from '@mantine/core';

/** Adds the next page to a list that begins with the newest; nothing when there is none. */
export function OlderButton({
  query,
  label,
}: {
  readonly query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  readonly label: string;
}) {
  if (!query.hasNextPage) return null;
  return (
    <Group>
      <Button variant="default" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
        {label}
      </Button>
    </Group>
  );
}
