import { Group, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { EventList, ProtocolEvent } from '../../../../server/src/console/wire.ts';
import { eventKinds } from '../../../../server/src/inspector/event-kinds.ts';
import { administrationQueries, type EventFilter } from '../../api/administration.ts';
import { EventTable } from '../../parts/event-table.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { OlderButton } from '../../parts/older-button.tsx';
import { administrationTexts as texts } from '../../texts/administration.ts';

/** What happened in the data centre, as it happens; the filters are in the address. */
export function EventsTab() {
  const { outcome = '', kind = '', clientId = '' } = useSearch({ strict: false }) as Partial<EventFilter>;
  const navigate = useNavigate();
  const query = useInfiniteQuery(administrationQueries.events({ outcome, kind, clientId }));
  useLiveEvents({ outcome, kind, clientId });
  const filter = (change: Partial<EventFilter>) => {
    const filled = Object.entries({ outcome, kind, clientId, ...change }).filter(([, value]) => value !== '');
    navigate({
      to: '/administration/$tab',
      params: { tab: 'events' },
      search: Object.fromEntries(filled),
      replace: true,
      resetScroll: false,
    });
  };
  const findClient = useDebouncedCallback((text: string) => filter({ clientId: text.trim() }), 300);
  return (
    <Stack>
      <Text c="dimmed">{texts.eventsText}</Text>
      <Group align="flex-end">
        <SegmentedControl
          value={outcome}
          onChange={(value) => filter({ outcome: value })}
          aria-label={texts.outcome}
          data={[
            { value: '', label: texts.all },
            { value: 'failed', label: texts.failedOnly },
          ]}
        />
        <Select
          label={texts.kind}
          data={Object.keys(eventKinds)}
          value={kind === '' ? null : kind}
          onChange={(value) => filter({ kind: value ?? '' })}
          placeholder={texts.all}
          clearable
          searchable
        />
        <TextInput
          label={texts.clientId}
          defaultValue={clientId}
          onChange={(event) => findClient(event.currentTarget.value)}
          autoComplete="off"
        />
      </Group>
      <Loaded query={query} height={480}>
        {({ pages }) => {
          const events = pages.flatMap((page) => page.events);
          return events.length === 0 ? <Text>{texts.noEvents}</Text> : <EventTable events={events} />;
        }}
      </Loaded>
      <OlderButton query={query} label={texts.older} />
    </Stack>
  );
}

/** Puts each new event that passes the filter in front of those that are shown. */
function useLiveEvents({ outcome, kind, clientId }: EventFilter): void {
  const cache = useQueryClient();
  useEffect(() => {
    const source = new EventSource('/api/administration/events/stream');
    source.onmessage = ({ data }) => {
      const event = JSON.parse(data) as ProtocolEvent;
      if (outcome === 'failed' && !event.failed) return;
      if ((kind !== '' && event.kind !== kind) || (clientId !== '' && event.clientId !== clientId)) return;
      const key = ['administration', 'events', { outcome, kind, clientId }];
      cache.setQueryData<InfiniteData<EventList, string>>(key, (list) => {
        const [first, ...others] = list?.pages ?? [];
        if (!list || !first || first.events.some(({ eventId }) => eventId === event.eventId)) return list;
        return { ...list, pages: [{ ...first, events: [event, ...first.events] }, ...others] };
      });
    };
    return () => source.close();
  }, [cache, outcome, kind, clientId]);
}
