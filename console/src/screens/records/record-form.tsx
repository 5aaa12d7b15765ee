import { Button, Fieldset, Group, SimpleGrid, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { Controller, useForm } from 'react-hook-form';
import { type CrmRecord, type CrmSection, WriteFailure } from '../../api/crm.ts';
import { Failed } from '../../parts/loaded.tsx';
import { recordsTexts as texts } from '../../texts/records.ts';
import { Conflict } from './conflict.tsx';
import { FieldInput } from './field-input.tsx';
import { type FormValues, faultText, numberTypes, toFormValue, toRecord } from './form-values.ts';
import type { Place } from './space.ts';

/**
 * The form of a record, by the sections of its layout. The API checks what is sent; what it says is shown at the field
 * it is about.
 */
export function RecordForm({
  place,
  sections,
  record,
  save,
  readAgain,
  cancel,
}: {
  readonly place: Place;
  readonly sections: readonly CrmSection[];
  /** undefined for a new one. */
  readonly record: CrmRecord | undefined;
  /** @param over saves over what somebody else changed meanwhile: the `Modified_Time` of the record with that change. */
  readonly save: (record: Readonly<Record<string, unknown>>, over?: string) => Promise<void>;
  /** The record as it is now; null when it is gone. */
  readonly readAgain: () => Promise<CrmRecord | null>;
  readonly cancel: () => void;
}) {
  const fields = sections.flatMap((section) => section.fields);
  const { control, handleSubmit, setError, formState } = useForm<FormValues>({
    defaultValues: Object.fromEntries(
      fields.map((field) => [field.api_name, toFormValue(field, record?.[field.api_name])]),
    ),
    mode: 'onTouched',
  });
  /** What somebody else has made of the record meanwhile; null: it is gone. */
  const [conflict, setConflict] = useState<CrmRecord | null>();
  const send = async (values: FormValues, over?: string) => {
    const sent = toRecord(fields, values, record);
    if (record && Object.keys(sent).length === 0) {
      notifications.show({ message: texts.nothingChanged });
      return;
    }
    try {
      setConflict(undefined);
      await save(sent, over);
    } catch (error) {
      const faults = error instanceof WriteFailure ? error.faults : [];
      if (faults.some(({ code }) => code === 'ALREADY_MODIFIED')) {
        setConflict(await readAgain());
        return;
      }
      const here = faults.filter(({ field }) => fields.some(({ api_name }) => api_name === field));
      for (const [index, fault] of here.entries()) {
        setError(fault.field as string, { message: faultText(fault) }, { shouldFocus: index === 0 });
      }
      const elsewhere = faults.filter((fault) => !here.includes(fault));
      const named = elsewhere.map((fault) => (fault.field ? `${fault.field}: ${faultText(fault)}` : faultText(fault)));
      if (faults.length === 0) named.push(error instanceof Error ? error.message : String(error));
      if (named.length > 0) setError('root', { message: named.join('; ') });
    }
  };
  const submit = handleSubmit((values) => send(values));
  const saveOver = (changed: CrmRecord) => handleSubmit((values) => send(values, String(changed.Modified_Time)))();
  const failure = formState.errors.root?.message;
  return (
    <form onSubmit={submit} noValidate>
      <Stack maw={960}>
        {sections.map((section) => (
          <Fieldset key={section.api_name} legend={section.display_label}>
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              {section.fields.map((each) => (
                <Controller
                  key={each.api_name}
                  name={each.api_name}
                  control={control}
                  rules={{
                    validate: (value) => {
                      const empty = value === '' || value === null || (Array.isArray(value) && value.length === 0);
                      if (empty) return each.required ? texts.required(each.field_label) : true;
                      const wrong = numberTypes.has(each.data_type) && !Number.isFinite(Number(value));
                      return wrong ? texts.notNumber : true;
                    },
                  }}
                  render={({ field: { value, onChange, onBlur, ref }, fieldState }) => (
                    <FieldInput
                      field={each}
                      space={place.space}
                      value={value ?? null}
                      onChange={onChange}
                      onBlur={onBlur}
                      ref={ref}
                      error={fieldState.error?.message}
                    />
                  )}
                />
              ))}
            </SimpleGrid>
          </Fieldset>
        ))}
        <div aria-live="assertive">
          {failure && <Failed message={failure} />}
          {record && conflict !== undefined && (
            <Conflict place={place} fields={fields} read={record} changed={conflict} saveOver={saveOver} />
          )}
        </div>
        <Group>
          <Button type="submit" loading={formState.isSubmitting}>
            {texts.save}
          </Button>
          <Button variant="default" onClick={cancel}>
            {texts.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
