import { Anchor, Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type CrmRecord, type CrmSection, fileAddress, write } from '../../api/crm.ts';
import { crmQueries } from '../../api/crm-queries.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { ButtonLink, TextLink } from '../../parts/links.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { ScreenHeading } from '../../parts/screen.tsx';
import { recordsTexts as texts } from '../../texts/records.ts';
import { RelatedLists } from './related-lists.tsx';
import { type Place, useLiveRecords, useModule, usePlace } from './space.ts';
import { Timeline } from './timeline.tsx';
import { recordName, Value } from './value.tsx';

/** One record: its fields by section, what is related to it, and what happened to it. */
export function RecordPage() {
  const place = usePlace();
  const { space, module, recordId } = place;
  const about = useModule(place);
  const record = useQuery(crmQueries.record(space, module, recordId));
  const sections = useQuery(crmQueries.sections(space, module));
  useLiveRecords(place);
  return (
    <Stack key={recordId}>
      <TextLink to="/records/$environment/$organizationId/$module" params={{ ...space, module }} size="sm">
        {texts.back(about?.plural_label ?? module)}
      </TextLink>
      <Loaded query={record} height={640}>
        {(found) => {
          if (!found) return <ScreenHeading title={texts.gone} />;
          return (
            <>
              <Heading place={place} record={found} />
              <Loaded query={sections} height={560}>
                {(list) =>
                  list.map((each) => <Section key={each.api_name} place={place} record={found} section={each} />)
                }
              </Loaded>
              <RelatedLists place={place} />
              <Timeline place={place} />
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}

function Heading({ place, record }: { readonly place: Place; readonly record: CrmRecord }) {
  const { space, module, recordId } = place;
  const about = useModule(place);
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  const name = recordName(record, undefined);
  const remove = async () => {
    await write(space, 'DELETE', `${module}/${encodeURIComponent(recordId)}`);
    notifications.show({ message: texts.deleted(name) });
    await navigate({ to: '/records/$environment/$organizationId/$module', params: { ...space, module } });
    await cache.invalidateQueries({ queryKey: ['crm', space, module, 'records'] });
  };
  return (
    <ScreenHeading title={name} intro={about?.singular_label ?? module}>
      <Group>
        {about?.editable && (
          <ButtonLink
            to="/records/$environment/$organizationId/$module/$recordId/edit"
            params={{ ...space, module, recordId }}
            variant="default"
          >
            {texts.edit}
          </ButtonLink>
        )}
        {about?.deletable && (
          <Button color="red" variant="light" onClick={() => setAsking(true)}>
            {texts.delete}
          </Button>
        )}
      </Group>
      <Confirm
        opened={asking}
        close={() => setAsking(false)}
        heading={texts.deleteHeading(name)}
        text={texts.deleteText}
        action={texts.delete}
        danger
        run={remove}
      />
    </ScreenHeading>
  );
}

function Section({
  place,
  record,
  section,
}: {
  readonly place: Place;
  readonly record: CrmRecord;
  readonly section: CrmSection;
}) {
  return (
    <Stack component="section" aria-label={section.display_label} gap="xs">
      <Title order={2} size="h4">
        {section.display_label}
      </Title>
      <SimpleGrid component="dl" cols={{ base: 1, sm: 2 }} spacing="xs" m={0}>
        {section.fields.map((field) => (
          <div key={field.api_name}>
            <Text component="dt" size="xs" c="dimmed">
              {field.field_label}
            </Text>
            <Text component="dd" size="sm" m={0} style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
              {fileTypes.has(field.data_type) ? (
                <Files place={place} items={record[field.api_name]} />
              ) : (
                <Value value={record[field.api_name]} field={field} space={place.space} />
              )}
            </Text>
          </div>
        ))}
      </SimpleGrid>
    </Stack>
  );
}

const fileTypes: ReadonlySet<string> = new Set(['fileupload', 'imageupload']);

/** The files that a field holds, to be downloaded. */
function Files({ place: { space, module, recordId }, items }: { readonly place: Place; readonly items: unknown }) {
  const files = (Array.isArray(items) ? items : []) as { readonly id: string; readonly File_Name__s: string }[];
  if (files.length === 0) return texts.empty;
  return files.map(({ id, File_Name__s: name }) => (
    <Anchor
      key={id}
      href={fileAddress(space, module, recordId, id)}
      download={name}
      size="sm"
      display="block"
      aria-label={texts.download(name)}
    >
      {name}
    </Anchor>
  ));
}
