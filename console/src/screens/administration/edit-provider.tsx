import { Button, Group, Modal, PasswordInput, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import type { Provider } from '../../../../server/src/console/wire-administration.ts';
import { CallFailure } from '../../api/call.ts';
import { callConfirmed } from '../../api/confirmed-call.ts';
import { Failed } from '../../parts/loaded.tsx';
import { administrationTexts as texts } from '../../texts/administration.ts';

const names = ['providerId', 'name', 'issuer', 'clientId', 'clientSecret', 'scopes'] as const;
const empty = { providerId: '', name: '', issuer: '', clientId: '', clientSecret: '', scopes: 'openid email profile' };

interface EditProviderProps {
  readonly editing: Provider | 'new' | undefined;
  readonly close: () => void;
}

/** An outside provider: a new one, or one that is there, whose secret has to be typed again. */
export function EditProvider({ editing, close }: EditProviderProps) {
  const known = editing === 'new' ? undefined : editing;
  const heading = known ? texts.changeProviderOf(known.name) : texts.addProvider;
  return (
    <Modal opened={editing !== undefined} onClose={close} title={heading} centered>
      {editing !== undefined && <ProviderForm known={known} close={close} />}
    </Modal>
  );
}

function ProviderForm({ known, close }: { readonly known: Provider | undefined; readonly close: () => void }) {
  const cache = useQueryClient();
  const { register, handleSubmit, setError, formState } = useForm({
    defaultValues: known ? { ...empty, ...pick(known) } : empty,
  });
  const { errors, isSubmitting } = formState;
  const submit = handleSubmit(async ({ providerId, ...fields }) => {
    try {
      const path = '/administration/providers';
      await (known
        ? callConfirmed<Provider>('PATCH', `${path}/${encodeURIComponent(known.providerId)}`, fields)
        : callConfirmed<Provider>('POST', path, { providerId, ...fields }));
      await cache.invalidateQueries({ queryKey: ['administration', 'providers'] });
      notifications.show({ message: texts.providerSaved(fields.name) });
      close();
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      setError(names.find((each) => each === error.field) ?? 'root', { message: error.message }, { shouldFocus: true });
    }
  });
  const field = (name: (typeof names)[number], label: string) => ({
    ...register(name, { required: texts.required(label) }),
    label,
    error: errors[name]?.message,
    required: true,
    autoComplete: 'off',
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {!known && (
          <TextInput
            {...field('providerId', texts.providerId)}
            description={texts.providerIdHint}
            maxLength={100}
            data-autofocus
          />
        )}
        <TextInput {...field('name', texts.name)} description={texts.providerNameHint} maxLength={100} />
        <TextInput {...field('issuer', texts.issuer)} description={texts.issuerHint} type="url" maxLength={500} />
        <TextInput {...field('clientId', texts.clientId)} description={texts.providerClientIdHint} maxLength={500} />
        <PasswordInput
          {...field('clientSecret', texts.clientSecret)}
          description={known ? texts.providerSecretAgain : texts.providerSecretHint}
          maxLength={1000}
        />
        <TextInput {...field('scopes', texts.scopes)} maxLength={500} />
        {errors.root?.message && <Failed message={errors.root.message} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {texts.cancel}
          </Button>
          <Button type="submit" loading={isSubmitting}>
            {texts.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const pick = ({ clientId, issuer, name, providerId, scopes }: Provider) => ({
  ...{ clientId, issuer, name, providerId, scopes },
});
