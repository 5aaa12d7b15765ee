import { Alert, Button, Group, Popover, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { LabClock } from '../../../server/src/console/wire-administration.ts';
import { administrationQueries } from '../api/administration.ts';
import { call } from '../api/call.ts';
import { clockTexts as texts } from '../texts/clock.ts';

type Move = { readonly advance?: string; readonly speed?: number };

/** What time it is for the platform, and the ways to move it: for operators of a platform that runs with the lab. */
export function ClockBar() {
  const query = useQuery(administrationQueries.clock());
  if (!query.data) return null;
  const { offsetMs, speed } = query.data;
  return (
    <Group gap="sm" px="md" py={6} className="clock-bar" component="section" aria-label={texts.label}>
      <Text size="sm" fw={600} role="status">
        {texts.offset(offsetMs)}
        {speed !== 1 && ` ${texts.speed(speed)}`}
      </Text>
      <Controls clock={query.data} />
    </Group>
  );
}

function Controls({ clock }: { readonly clock: LabClock }) {
  const client = useQueryClient();
  const [duration, setDuration] = useState('61m');
  const move = useMutation({
    mutationFn: (body: Move) => call<LabClock>('POST', '/administration/clock', body),
    onSuccess: (moved) => {
      client.setQueryData(administrationQueries.clock().queryKey, moved);
      // Whatever the screen shows may have ended.
      return client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] !== 'clock' });
    },
  });
  const isReal = Math.abs(clock.offsetMs) < 1000 && clock.speed === 1;
  return (
    <Popover position="bottom-start" withArrow trapFocus>
      <Popover.Target>
        <Button size="compact-sm" variant="default">
          {texts.move}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <form
            onSubmit={(event) => {
              event.preventDefault();
              move.mutate({ advance: duration.trim() });
            }}
          >
            <Group align="end" gap="xs">
              <TextInput
                label={texts.advanceBy}
                description={texts.advanceHint}
                value={duration}
                onChange={(event) => setDuration(event.currentTarget.value)}
              />
              <Button type="submit" loading={move.isPending}>
                {texts.advance}
              </Button>
            </Group>
          </form>
          <Group gap="xs">
            <Button variant="default" disabled={isReal} onClick={() => move.mutate({})}>
              {texts.reset}
            </Button>
            <Button
              variant="default"
              onClick={() => move.mutate({ speed: clock.speed === 0 ? 1 : 0 })}
              aria-pressed={clock.speed === 0}
            >
              {clock.speed === 0 ? texts.run : texts.stop}
            </Button>
          </Group>
          <div aria-live="polite">
            {move.data && <Text size="sm">{texts.effects(move.data.effects)}</Text>}
            {move.error && (
              <Alert color="red" role="alert">
                {move.error.message}
              </Alert>
            )}
          </div>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
