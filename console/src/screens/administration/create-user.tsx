import { Button, Group, Modal, PasswordInput, Select, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Controller, useForm } from 'react-hook-form';
import type { AdministeredUser, NewAdministeredUser } from '../../../../server/src/console/wire-administration.ts';
import { administrationQueries } from '../../api/administration.ts';
import { CallFailure, call } from '../../api/call.ts';
import { Failed } from '../../parts/loaded.tsx';
import { administrationTexts as texts } from '../../texts/administration.ts';

const empty = { email: '', firstName: '', lastName: '', password: '', organizationId: '', organizationName: '' };
const names = ['email', 'firstName', 'lastName', 'password', 'organizationId', 'organizationName'] as const;

/** A new user, in an organization that exists or in a new one. */
export function CreateUser({ opened, close }: { readonly opened: boolean; readonly close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title={texts.createUser} centered>
      <UserForm close={close} />
    </Modal>
  );
}

function UserForm({ close }: { readonly close: () => void }) {
  const cache = useQueryClient();
  const organizations = useQuery(administrationQueries.organizations('', 1)).data?.organizations ?? [];
  const { register, control, handleSubmit, setError, watch, formState } = useForm({ defaultValues: empty });
  const { errors, isSubmitting } = formState;
  const submit = handleSubmit(async ({ organizationId, organizationName, ...values }) => {
    const body: NewAdministeredUser = {
      ...values,
      ...(organizationId === '' ? { organizationName } : { organizationId }),
    };
    try {
      await call<AdministeredUser>('POST', '/administration/users', body);
      await cache.invalidateQueries({ queryKey: ['administration'] });
      notifications.show({ message: texts.userCreated(values.email) });
      close();
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      setError(names.find((each) => each === error.field) ?? 'root', { message: error.message }, { shouldFocus: true });
    }
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          {...register('email', { required: texts.required(texts.email) })}
          label={texts.email}
          error={errors.email?.message}
          required
          type="email"
          autoComplete="off"
          data-autofocus
        />
        <TextInput
          {...register('firstName')}
          label={texts.firstName}
          error={errors.firstName?.message}
          autoComplete="off"
        />
        <TextInput
          {...register('lastName', { required: texts.required(texts.lastName) })}
          label={texts.lastName}
          error={errors.lastName?.message}
          required
          autoComplete="off"
        />
        <PasswordInput
          {...register('password', {
            minLength: { value: 8, message: texts.passwordHint },
            required: texts.passwordHint,
          })}
          label={texts.password}
          description={texts.passwordHint}
          error={errors.password?.message}
          required
          autoComplete="new-password"
        />
        <Controller
          name="organizationId"
          control={control}
          render={({ field, fieldState }) => (
            <Select
              {...field}
              onChange={(value) => field.onChange(value ?? '')}
              label={texts.organization}
              error={fieldState.error?.message}
              data={[
                { value: '', label: texts.newOrganization },
                ...organizations.map(({ organizationId, name }) => ({
                  value: organizationId,
                  label: `${name} (${organizationId})`,
                })),
              ]}
              allowDeselect={false}
              searchable
            />
          )}
        />
        {watch('organizationId') === '' && (
          <TextInput
            {...register('organizationName', {
              required: texts.required(texts.organizationName),
              shouldUnregister: true,
            })}
            label={texts.organizationName}
            error={errors.organizationName?.message}
            required
            maxLength={100}
            autoComplete="off"
          />
        )}
        {errors.root?.message && <Failed message={errors.root.message} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {texts.cancel}
          </Button>
          <Button type="submit" loading={isSubmitting}>
            {texts.create}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
