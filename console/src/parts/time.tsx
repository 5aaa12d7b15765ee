import { Text } from '@mantine/core';

const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** A point in time as people of the browser's language write it. */
export function timeText(iso: string): string {
  return format.format(new Date(iso));
}

export function Time({ iso }: { readonly iso: string }) {
  return (
    <Text component="time" dateTime={iso} size="sm" span>
      {timeText(iso)}
    </Text>
  );
}
