import { Alert, Anchor, Button, Group, List, Stack, Text } from '@mantine/core';
import type { CrmField, CrmRecord } from '../../api/crm.ts';
import { recordsTexts as texts } from '../../texts/records.ts';
import { differingFields } from './form-values.ts';
import type { Place } from './space.ts';
import { valueText } from './value.tsx';

/** Says that a record was changed while its form was open, by whom and what, and lets the user save nevertheless. */
export function Conflict({
  place: { space, module, recordId },
  fields,
  read,
  changed,
  saveOver,
}: {
  readonly place: Place;
  readonly fields: readonly CrmField[];
  /** As it was when the form was opened. */
  readonly read: CrmRecord;
  /** As it is now; null: it is gone. */
  readonly changed: CrmRecord | null;
  readonly saveOver: (changed: CrmRecord) => void;
}) {
  if (!changed) return <Alert color="red" title={texts.conflictGone} />;
  const differing = differingFields(fields, read, changed);
  return (
    <Alert color="orange" title={texts.conflictHeading} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{texts.conflictText}</Text>
        {differing.length > 0 && (
          <>
            <Text size="sm">{texts.conflictFields}</Text>
            <List size="sm">
              {differing.map(({ api_name, field_label, data_type }) => (
                <List.Item key={api_name}>
                  {texts.changed(
                    field_label,
                    valueText(read[api_name], data_type),
                    valueText(changed[api_name], data_type),
                  )}
                </List.Item>
              ))}
            </List>
          </>
        )}
        <Group gap="sm">
          <Button size="xs" onClick={() => saveOver(changed)}>
            {texts.conflictSave}
          </Button>
          <Anchor
            href={`/records/${space.environment}/${space.organizationId}/${module}/${recordId}`}
            target="_blank"
            size="sm"
          >
            {texts.conflictLook}
          </Anchor>
        </Group>
      </Stack>
    </Alert>
  );
}
