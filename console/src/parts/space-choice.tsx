import { SegmentedControl, Select, Text } from '@mantine/core';
import { useId } from 'react';
import type { OrganizationList } from '../../../server/src/console/wire.ts';
import type { Space } from '../api/crm.ts';
import { clientTexts as texts } from '../texts/client.ts';

/** Organization and environment, as far as there is a choice. */
export function SpaceChoice({
  organizations,
  value: { organizationId, environment },
  onChange,
}: Pick<OrganizationList, 'organizations'> & {
  readonly value: Space;
  readonly onChange: (value: Space) => void;
}) {
  const labelId = useId();
  const environments = organizations.find((each) => each.organizationId === organizationId)?.environments ?? [];
  return (
    <>
      {organizations.length > 1 && (
        <Select
          label={texts.organization}
          data={organizations.map((each) => ({
            value: each.organizationId,
            label: `${each.name} (${each.organizationId})`,
          }))}
          value={organizationId}
          onChange={(chosen) => chosen && onChange({ organizationId: chosen, environment })}
          allowDeselect={false}
          maw={420}
        />
      )}
      {environments.length > 1 && (
        <div>
          <Text size="sm" fw={500} id={labelId}>
            {texts.environment}
          </Text>
          <SegmentedControl
            value={environment}
            onChange={(chosen) => onChange({ organizationId, environment: chosen })}
            data={environments.map((each) => ({ value: each, label: texts.environments[each] }))}
            aria-labelledby={labelId}
          />
        </div>
      )}
    </>
  );
}
