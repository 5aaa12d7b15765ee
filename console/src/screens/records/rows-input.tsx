import { Button, Card, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import type { Ref } from 'react';
import { IconPlus } from '../../parts/icons.tsx';
import { recordsTexts as texts } from '../../texts/records.ts';
import { type FormValue, type RowItem, toFormValue } from './form-values.ts';
import { ItemsFrame, type ItemsInputProps } from './items-frame.tsx';
import { PlainInput } from './plain-input.tsx';

/** The rows of a subform, each with the inputs of its fields. */
export function RowsInput({
  field,
  space,
  value,
  onChange,
  label,
  error,
  withAsterisk,
  ref,
}: ItemsInputProps<RowItem>) {
  const columns = field.columns ?? [];
  const put = (index: number, name: string, inner: FormValue) =>
    onChange(value.map((row, place) => (place === index ? { ...row, values: { ...row.values, [name]: inner } } : row)));
  const add = () =>
    onChange([
      ...value,
      { values: Object.fromEntries(columns.map((column) => [column.api_name, toFormValue(column, null)])) },
    ]);
  return (
    <ItemsFrame label={label} withAsterisk={withAsterisk} error={error} wide>
      {value.map((row, index) => (
        // Rows have no other name than their place until they are stored.
        <Card key={row.itemId ?? `new ${index}`} withBorder padding="sm" role="group" aria-label={texts.row(index + 1)}>
          <Stack gap="xs">
            <Group justify="space-between">
              <Text size="sm" fw={500}>
                {texts.row(index + 1)}
              </Text>
              <Button
                size="compact-sm"
                variant="subtle"
                color="red"
                onClick={() => onChange(value.filter((_, place) => place !== index))}
              >
                {texts.removeRow(index + 1)}
              </Button>
            </Group>
            <SimpleGrid cols={{ base: 1, sm: 3 }}>
              {columns.map((column) => (
                <PlainInput
                  key={column.api_name}
                  field={column}
                  space={space}
                  value={row.values[column.api_name] ?? null}
                  onChange={(inner) => put(index, column.api_name, inner)}
                  onBlur={() => {}}
                  error={undefined}
                  ref={null}
                />
              ))}
            </SimpleGrid>
          </Stack>
        </Card>
      ))}
      <Group>
        <Button
          ref={ref as unknown as Ref<HTMLButtonElement>}
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={add}
        >
          {texts.addRow(label)}
        </Button>
      </Group>
    </ItemsFrame>
  );
}
