import { Checkbox, MultiSelect, Select, Textarea, TextInput } from '@mantine/core';
import type { Ref } from 'react';
import { type CrmField, leadsAnywhere, type Space } from '../../api/crm.ts';
import { AnyLookupInput } from './any-lookup-input.tsx';
import { type Chosen, type FormValue, itemsIn, numberTypes } from './form-values.ts';
import { LookupInput } from './lookup-input.tsx';
import { UserInput } from './user-input.tsx';

export interface InputProps {
  readonly field: CrmField;
  readonly space: Space;
  readonly value: FormValue;
  readonly onChange: (value: FormValue) => void;
  readonly onBlur: () => void;
  readonly error: string | undefined;
  /** Gets the focus when the field is refused. */
  readonly ref: Ref<HTMLInputElement>;
}

/** What the browser's own inputs know of a type. */
const inputTypes: Readonly<Record<string, string>> = {
  date: 'date',
  datetime: 'datetime-local',
  email: 'email',
  phone: 'tel',
};
const noChoice = '-None-';

/** The input of a field that holds one value, by its data type. */
export function PlainInput({ field, space, value, onChange, onBlur, error, ref }: InputProps) {
  const { data_type: type, field_label: label, length, pick_list_values } = field;
  const common = { label, error, onBlur, withAsterisk: field.required ?? field.system_mandatory };
  const text = typeof value === 'string' ? value : '';
  // A value that is no longer in the list stays what it is.
  const choices = (held: readonly string[]) => {
    const listed = pick_list_values.filter(({ actual_value }) => actual_value !== noChoice);
    const others = held.filter((each) => each !== '' && !listed.some(({ actual_value }) => actual_value === each));
    return [
      ...listed.map(({ actual_value, display_value }) => ({ value: actual_value, label: display_value })),
      ...others.map((each) => ({ value: each, label: each })),
    ];
  };
  switch (type) {
    case 'boolean':
      return (
        <Checkbox
          ref={ref}
          label={label}
          error={error}
          onBlur={onBlur}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
          mt={28}
        />
      );
    case 'picklist':
      return (
        <Select
          {...common}
          ref={ref}
          data={choices([text])}
          value={text === '' ? null : text}
          onChange={(chosen) => onChange(chosen ?? '')}
          clearable
          searchable
        />
      );
    case 'multiselectpicklist': {
      const held = itemsIn<string>(value);
      return (
        <MultiSelect
          {...common}
          ref={ref}
          data={choices(held)}
          value={[...held]}
          onChange={onChange}
          clearable
          searchable
        />
      );
    }
    case 'lookup':
    case 'multi_module_lookup':
      if (leadsAnywhere(field)) {
        return (
          <AnyLookupInput
            {...common}
            ref={ref}
            space={space}
            targets={field.targets ?? []}
            value={chosenIn(value)}
            onChange={onChange}
          />
        );
      }
      return (
        <LookupInput
          {...common}
          ref={ref}
          space={space}
          module={field.lookup.module?.api_name ?? ''}
          value={chosenIn(value)}
          onChange={onChange}
        />
      );
    case 'ownerlookup':
    case 'userlookup':
      return (
        <UserInput
          {...common}
          ref={ref}
          space={space}
          value={chosenIn(value)}
          onChange={onChange}
          clearable={type === 'userlookup'}
        />
      );
    case 'textarea':
      return (
        <Textarea
          {...common}
          ref={ref as unknown as Ref<HTMLTextAreaElement>}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
          maxLength={length}
          autosize
          minRows={3}
          maxRows={12}
        />
      );
    default:
      return (
        <TextInput
          {...common}
          ref={ref}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
          type={inputTypes[type] ?? 'text'}
          {...(numberTypes.has(type) || type === 'bigint' ? { inputMode: 'decimal' } : { maxLength: length })}
          {...(type === 'website' ? { inputMode: 'url' } : {})}
          autoComplete="off"
        />
      );
  }
}

function chosenIn(value: FormValue): Chosen | null {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Chosen) : null;
}
