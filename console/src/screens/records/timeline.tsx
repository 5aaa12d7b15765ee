import { Timeline as MantineTimeline, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { TimelineEntry } from '../../api/crm.ts';
import { crmQueries } from '../../api/crm-queries.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Time } from '../../parts/time.tsx';
import { recordsTexts as texts } from '../../texts/records.ts';
import type { Place } from './space.ts';
import { valueText } from './value.tsx';

/** What happened to a record, newest first. */
export function Timeline({ place: { space, module, recordId } }: { readonly place: Place }) {
  const query = useQuery(crmQueries.timeline(space, module, recordId));
  return (
    <Stack component="section" aria-label={texts.timeline} gap="xs">
      <Title order={2} size="h4">
        {texts.timeline}
      </Title>
      <Loaded query={query} height={200}>
        {(entries) => {
          if (entries.length === 0) return <Text size="sm">{texts.noTimeline}</Text>;
          return (
            <MantineTimeline bulletSize={14} lineWidth={2} aria-live="polite">
              {entries.map((entry) => (
                <MantineTimeline.Item key={entry.id} title={titleOf(entry)}>
                  {entry.field_history.map(({ api_name, field_label, _value }) => (
                    <Text key={api_name} size="sm">
                      {texts.changed(field_label, valueText(_value.old), valueText(_value.new))}
                    </Text>
                  ))}
                  <Text size="xs" c="dimmed">
                    <Time iso={entry.audited_time} />
                  </Text>
                </MantineTimeline.Item>
              ))}
            </MantineTimeline>
          );
        }}
      </Loaded>
    </Stack>
  );
}

function titleOf({ action, done_by, related_record }: TimelineEntry): string {
  const what = texts.by(action.replaceAll('_', ' '), done_by.name ?? texts.empty);
  return related_record?.name ? `${what}: ${related_record.name}` : what;
}
