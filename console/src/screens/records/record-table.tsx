import { Group, Table, UnstyledButton } from '@mantine/core';
import type { CrmField, CrmRecord } from '../../api/crm.ts';
import type { ListChoice } from '../../api/crm-queries.ts';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '../../parts/icons.tsx';
import { TextLink } from '../../parts/links.tsx';
import { recordsTexts as texts } from '../../texts/records.ts';
import type { Place } from './space.ts';
import { recordName, Value } from './value.tsx';

/** Records in the columns of a view; the first column leads to the record. */
export function RecordTable({
  place: { space, module },
  columns,
  records,
  choice,
  choose,
}: {
  readonly place: Place;
  readonly columns: readonly CrmField[];
  readonly records: readonly CrmRecord[];
  /** Without it, the table cannot be sorted. */
  readonly choice?: ListChoice;
  readonly choose?: (change: Partial<ListChoice>) => void;
}) {
  return (
    <Table.ScrollContainer minWidth={140 * columns.length}>
      <Table verticalSpacing="xs" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            {columns.map((field) =>
              choice && choose ? (
                <SortHeading key={field.api_name} field={field} choice={choice} choose={choose} />
              ) : (
                <Table.Th key={field.api_name}>{field.field_label}</Table.Th>
              ),
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {records.map((record) => (
            <Table.Tr key={record.id}>
              {columns.map((field, index) => (
                <Table.Td key={field.api_name}>
                  {index === 0 ? (
                    <TextLink
                      to="/records/$environment/$organizationId/$module/$recordId"
                      params={{ ...space, module, recordId: record.id }}
                      fw={600}
                      size="sm"
                    >
                      {recordName(record, field.api_name)}
                    </TextLink>
                  ) : (
                    <Value value={record[field.api_name]} field={field} space={space} />
                  )}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** A heading that sorts: up, then down, then in the view's own order again. */
function SortHeading({
  field: { api_name, field_label, sortable },
  choice,
  choose,
}: {
  readonly field: CrmField;
  readonly choice: ListChoice;
  readonly choose: (change: Partial<ListChoice>) => void;
}) {
  // Searches come in their own order.
  if (!sortable || choice.word !== '') return <Table.Th>{field_label}</Table.Th>;
  const current = choice.sort === api_name;
  const down = current && choice.order === 'desc';
  const Icon = current ? (down ? IconArrowDown : IconArrowUp) : IconArrowsSort;
  const next = () => {
    if (!current) return choose({ sort: api_name, order: 'asc' });
    return choose(down ? { sort: '', order: '' } : { sort: api_name, order: 'desc' });
  };
  return (
    <Table.Th aria-sort={current ? (down ? 'descending' : 'ascending') : 'none'}>
      <UnstyledButton onClick={next} fw={700} fz="sm" title={texts.sortBy(field_label)}>
        <Group gap={4} wrap="nowrap">
          {field_label}
          <Icon size={14} aria-hidden />
        </Group>
      </UnstyledButton>
    </Table.Th>
  );
}
