import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import type { Account, AccountChange } from '../../../../server/src/console/wire-account.ts';
import { CallFailure, call } from '../../api/call.ts';
import { queries } from '../../api/queries.ts';
import { Failed, Loaded } from '../../parts/loaded.tsx';
import { Time } from '../../parts/time.tsx';
import { accountTexts as texts } from '../../texts/account.ts';

/** Name and address of the user. */
export function ProfileTab() {
  const query = useQuery(queries.account());
  return (
    <Loaded query={query} height={300}>
      {(account) => <ProfileForm account={account} />}
    </Loaded>
  );
}

function ProfileForm({ account }: { readonly account: Account }) {
  const cache = useQueryClient();
  const { register, handleSubmit, setError, formState } = useForm<AccountChange>({
    defaultValues: { firstName: account.firstName, lastName: account.lastName },
  });
  const submit = handleSubmit(async (values) => {
    try {
      cache.setQueryData(['account'], await call<Account>('PATCH', '/account', values));
      await cache.invalidateQueries({ queryKey: ['session'] });
      notifications.show({ message: texts.saved });
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      const field = (['firstName', 'lastName'] as const).find((each) => each === error.field);
      setError(field ?? 'root', { message: error.message });
    }
  });
  const { errors, isSubmitting } = formState;
  return (
    <form onSubmit={submit} noValidate>
      <Stack maw={480}>
        <TextInput label={texts.email} description={texts.emailHint} value={account.email} readOnly />
        <TextInput
          {...register('firstName')}
          label={texts.firstName}
          error={errors.firstName?.message}
          maxLength={100}
          autoComplete="given-name"
        />
        <TextInput
          {...register('lastName', { required: texts.required(texts.lastName) })}
          label={texts.lastName}
          error={errors.lastName?.message}
          maxLength={100}
          required
          autoComplete="family-name"
        />
        <Text size="sm" c="dimmed">
          {texts.since} <Time iso={account.createdAt} />
        </Text>
        {errors.root?.message && <Failed message={errors.root.message} />}
        <Group>
          <Button type="submit" loading={isSubmitting}>
            {texts.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
