import { Alert, Button, Checkbox, Group, PasswordInput, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Controller, useForm } from 'react-hook-form';
import type { PasswordChange } from '../../../../server/src/console/wire-account.ts';
import { CallFailure, call } from '../../api/call.ts';
import { useSession } from '../../app/session.tsx';
import { Failed } from '../../parts/loaded.tsx';
import { accountTexts as texts } from '../../texts/account.ts';

const empty = { current: '', fresh: '', repeat: '', endTokens: false };
const minimumLength = 8;

/** Changes the password; apps keep their tokens unless the user ends them. */
export function PasswordTab() {
  const { user } = useSession();
  const cache = useQueryClient();
  const [changed, setChanged] = useState(false);
  const form = useForm({ defaultValues: empty, mode: 'onTouched' });
  const { register, control, handleSubmit, setError, reset, formState } = form;
  const { errors, isSubmitting } = formState;
  const submit = handleSubmit(async ({ current, fresh, endTokens }) => {
    setChanged(false);
    const body: PasswordChange = { current, fresh, endTokens };
    try {
      await call('POST', '/account/password', body);
      reset(empty);
      setChanged(true);
      await cache.invalidateQueries({ queryKey: ['account'] });
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      const field = (['current', 'fresh'] as const).find((each) => each === error.field);
      setError(field ?? 'root', { message: error.message }, { shouldFocus: true });
    }
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack maw={480}>
        {/* Password managers look for the name that the password belongs to. */}
        <input type="text" name="username" autoComplete="username" value={user.email} readOnly hidden />
        <PasswordInput
          {...register('current', { required: texts.required(texts.current) })}
          label={texts.current}
          error={errors.current?.message}
          required
          autoComplete="current-password"
        />
        <PasswordInput
          {...register('fresh', {
            minLength: { value: minimumLength, message: texts.tooShort },
            required: texts.tooShort,
          })}
          label={texts.fresh}
          description={texts.freshHint}
          error={errors.fresh?.message}
          required
          maxLength={250}
          autoComplete="new-password"
        />
        <PasswordInput
          {...register('repeat', { validate: (value, { fresh }) => value === fresh || texts.differs })}
          label={texts.repeat}
          error={errors.repeat?.message}
          required
          maxLength={250}
          autoComplete="new-password"
        />
        <Controller
          name="endTokens"
          control={control}
          render={({ field: { value, ...field } }) => (
            <Checkbox {...field} checked={value} label={texts.endTokens} description={texts.endTokensHint} />
          )}
        />
        {errors.root?.message && <Failed message={errors.root.message} />}
        <div role="status">{changed && <Alert color="green">{texts.changed}</Alert>}</div>
        <Group>
          <Button type="submit" loading={isSubmitting}>
            {texts.change}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
