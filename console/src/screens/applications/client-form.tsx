import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type Control, Controller, type FieldErrors, useForm } from 'react-hook-form';
import type { Client } from '../../../../server/src/console/wire.ts';
import { clientTypeRules } from '../../../../server/src/oauth/client.ts';
import { type FieldFault, validateClient } from '../../../../server/src/oauth/client-validation.ts';
import { CallFailure } from '../../api/call.ts';
import { useSession } from '../../app/session.tsx';
import { filled, LinesInput } from '../../parts/lines-input.tsx';
import { Failed } from '../../parts/loaded.tsx';
import { applicationsTexts as texts } from '../../texts/applications.ts';
import { OriginTester, RedirectUriTester } from './testers.tsx';

/** What the form holds: lists with one line for each value, empty ones too. */
export interface ClientFormValues {
  readonly name: string;
  readonly homepageUrl: string;
  readonly redirectUris: string[];
  readonly javascriptDomains: string[];
}

type ListName = 'redirectUris' | 'javascriptDomains';

/** The values as the API takes them. */
export function toClientFields(type: Client['type'], values: ClientFormValues) {
  const rules = clientTypeRules[type];
  return {
    name: values.name,
    homepageUrl: rules.homepage ? values.homepageUrl.trim() : null,
    redirectUris: rules.redirectUris ? filled(values.redirectUris) : [],
    javascriptDomains: rules.javascriptDomains ? filled(values.javascriptDomains) : [],
  };
}

/**
 * The form of a client's own fields. Fields are checked by the server's own code as soon as they are left, and again
 * by the server.
 */
export function ClientForm({
  type,
  initial,
  submitLabel,
  onSubmit,
  onCancel,
}: {
  readonly type: Client['type'];
  readonly initial: ClientFormValues;
  readonly submitLabel: string;
  readonly onSubmit: (values: ClientFormValues) => Promise<void>;
  readonly onCancel?: () => void;
}) {
  const { limits, plainHttpRedirects: plainHttp, undottedSchemes } = useSession();
  const rules = clientTypeRules[type];
  const form = useForm<ClientFormValues>({
    defaultValues: initial,
    mode: 'onTouched',
    resolver: (values) => {
      const rulesInForce = { limits, plainHttp, undottedSchemes };
      const faults = validateClient(type, toClientFields(type, values), rulesInForce);
      return faults.length === 0 ? { values, errors: {} } : { values: {}, errors: errorsOf(faults, values) };
    },
  });
  const { control, formState, handleSubmit, setError } = form;
  const submit = handleSubmit(async (values) => {
    try {
      await onSubmit(values);
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      const field = (['name', 'homepageUrl', 'redirectUris', 'javascriptDomains'] as const).find(
        (each) => each === error.field,
      );
      if (field === 'name' || field === 'homepageUrl') setError(field, { message: error.message });
      else if (field) {
        const line = values[field].findIndex((each) => each.trim() === error.value);
        setError(`${field}.${Math.max(0, line)}`, { message: error.message });
      } else setError('root', { message: error.message });
    }
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack maw={640}>
        <Controller
          name="name"
          control={control}
          render={({ field, fieldState }) => (
            <TextInput
              {...field}
              label={texts.fields.name}
              description={texts.hints.name}
              error={fieldState.error?.message}
              required
              withAsterisk={false}
              autoComplete="off"
            />
          )}
        />
        {rules.homepage && (
          <Controller
            name="homepageUrl"
            control={control}
            render={({ field, fieldState }) => (
              <TextInput
                {...field}
                label={texts.fields.homepageUrl}
                description={texts.hints.homepageUrl}
                error={fieldState.error?.message}
                required
                withAsterisk={false}
                inputMode="url"
                autoComplete="off"
              />
            )}
          />
        )}
        {rules.redirectUris && (
          <Lines name="redirectUris" control={control} addLabel={texts.addRedirectUri}>
            {(lines) => <RedirectUriTester registered={filled(lines)} />}
          </Lines>
        )}
        {rules.javascriptDomains && (
          <Lines name="javascriptDomains" control={control} addLabel={texts.addJavascriptDomain}>
            {(lines) => <OriginTester registered={filled(lines)} />}
          </Lines>
        )}
        {formState.errors.root?.message && <Failed message={formState.errors.root.message} />}
        <Group>
          <Button type="submit" loading={formState.isSubmitting}>
            {submitLabel}
          </Button>
          {onCancel && (
            <Button variant="default" onClick={onCancel}>
              {texts.cancel}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

/** Where the faults belong in the form: those of lists at their line. */
function errorsOf(faults: readonly FieldFault[], values: ClientFormValues): FieldErrors<ClientFormValues> {
  const errors: Record<string, unknown> = {};
  for (const { field, message, value, reason } of faults) {
    const error = { type: 'value', message: `${message}: ${reason}` };
    if (field === 'name' || field === 'homepageUrl') errors[field] ??= error;
    else {
      const line = Math.max(0, value === '' ? 0 : values[field].findIndex((each) => each.trim() === value));
      errors[field] ??= [];
      (errors[field] as unknown[])[line] ??= error;
    }
  }
  return errors as FieldErrors<ClientFormValues>;
}

/** Several values of one kind, a line each. */
function Lines({
  name,
  control,
  addLabel,
  children,
}: {
  readonly name: ListName;
  readonly control: Control<ClientFormValues>;
  readonly addLabel: string;
  readonly children: (lines: readonly string[]) => React.ReactNode;
}) {
  return (
    <Controller
      name={name}
      control={control}
      render={({ field, formState }) => {
        const lines = field.value;
        const errors = formState.errors[name] as readonly ({ message?: string } | undefined)[] | undefined;
        return (
          <LinesInput
            label={texts.fields[name]}
            hint={texts.hints[name]}
            addLabel={addLabel}
            lines={lines}
            errors={errors?.map((error) => error?.message)}
            change={field.onChange}
            leave={field.onBlur}
          >
            {children(lines)}
          </LinesInput>
        );
      }}
    />
  );
}
