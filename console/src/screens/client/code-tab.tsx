import {
  Alert,
  Anchor,
  Button,
  Group,
  NativeSelect,
  PasswordInput,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Controller, useForm } from 'react-hook-form';
import type {
  Client,
  Code,
  ExchangeAnswer,
  NewCode,
  OrganizationList,
  Session,
} from '../../../../server/src/console/wire.ts';
import { CallFailure, call } from '../../api/call.ts';
import { queries } from '../../api/queries.ts';
import { useSession } from '../../app/session.tsx';
import { CopyBlock, CopyField } from '../../parts/copy-field.tsx';
import { jsonAddress } from '../../parts/json-address.ts';
import { Failed, Loaded } from '../../parts/loaded.tsx';
import { SpaceChoice } from '../../parts/space-choice.tsx';
import { clientTexts as texts } from '../../texts/client.ts';
import { ScopePicker } from '../scopes/scope-picker.tsx';
import { apiCall, exchangeCall } from './snippets.ts';

const minuteChoices = ([3, 5, 7, 10] as const).map((count) => ({ value: String(count), label: texts.minutes(count) }));
type Environment = NewCode['environment'];

interface Values {
  scope: string;
  minutes: string;
  description: string;
  environment: Environment;
  organizationId: string;
}

/** Makes a code for the self client's own account, counts down its time, and exchanges it on request. */
export function CodeTab({ client }: { readonly client: Client }) {
  const query = useQuery(queries.organizations());
  return (
    <Loaded query={query} height={420}>
      {({ organizations }) => <CodeForm client={client} organizations={organizations} />}
    </Loaded>
  );
}

function CodeForm({ client, organizations }: { readonly client: Client } & OrganizationList) {
  const [code, setCode] = useState<Code & { readonly environment: Environment }>();
  const [failure, setFailure] = useState<string>();
  const form = useForm<Values>({
    defaultValues: {
      scope: '',
      minutes: '3',
      description: '',
      environment: 'production',
      organizationId: organizations[0]?.organizationId ?? '',
    },
  });
  const { control, handleSubmit, setError, formState, watch, setValue } = form;
  const submit = handleSubmit(async ({ minutes, organizationId, ...values }) => {
    setFailure(undefined);
    const body: NewCode = {
      ...values,
      minutes: Number(minutes) as NewCode['minutes'],
      ...(organizationId === '' ? {} : { organizationId }),
    };
    try {
      const made = await call<Code>('POST', `/clients/${encodeURIComponent(client.clientId)}/codes`, body);
      setCode({ ...made, environment: values.environment });
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      if (error.field === 'scope') setError('scope', { message: error.message });
      else setFailure(error.message);
    }
  });
  return (
    <Stack maw={720}>
      <Text c="dimmed">{texts.codeIntro}</Text>
      <form onSubmit={submit} noValidate>
        <Stack>
          <Controller
            name="scope"
            control={control}
            rules={{ required: texts.scopeNeeded }}
            render={({ field, fieldState }) => (
              <Stack gap="xs">
                <Textarea
                  {...field}
                  label={texts.scope}
                  description={texts.scopeHint}
                  error={fieldState.error?.message}
                  autosize
                  minRows={2}
                  required
                  withAsterisk={false}
                  autoComplete="off"
                  spellCheck={false}
                />
                <ScopePicker
                  initiallyOpen
                  value={field.value}
                  onChange={(scope) => setValue('scope', scope, { shouldValidate: true })}
                />
              </Stack>
            )}
          />
          <Controller
            name="minutes"
            control={control}
            render={({ field }) => <NativeSelect {...field} label={texts.duration} data={minuteChoices} maw={220} />}
          />
          <Controller
            name="description"
            control={control}
            rules={{
              required: texts.descriptionNeeded,
              maxLength: { value: 500, message: texts.descriptionTooLong },
            }}
            render={({ field, fieldState }) => (
              <TextInput
                {...field}
                label={texts.description}
                description={texts.descriptionHint}
                error={fieldState.error?.message}
                autoComplete="off"
              />
            )}
          />
          <SpaceChoice
            organizations={organizations}
            value={{ organizationId: watch('organizationId'), environment: watch('environment') }}
            onChange={({ organizationId, environment }) => {
              setValue('organizationId', organizationId);
              setValue('environment', environment);
            }}
          />
          {failure && <Failed message={failure} />}
          <Group>
            <Button type="submit" loading={formState.isSubmitting}>
              {texts.generate}
            </Button>
          </Group>
        </Stack>
      </form>
      {code && <GeneratedCode key={code.code} client={client} code={code} scope={watch('scope')} />}
    </Stack>
  );
}

/** The time that is left, as minutes and seconds. */
function useTimeLeft(endsAt: string): string | undefined {
  const leftSeconds = () => Math.max(0, Math.ceil((Date.parse(endsAt) - Date.now()) / 1000));
  const [seconds, setSeconds] = useState(leftSeconds);
  useInterval(() => setSeconds(leftSeconds()), 1000, { autoInvoke: true });
  if (seconds === 0) return undefined;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function GeneratedCode({
  client,
  code,
  scope,
}: {
  readonly client: Client;
  readonly code: Code & { readonly environment: Environment };
  readonly scope: string;
}) {
  const { dataCenter } = useSession();
  const left = useTimeLeft(code.expiresAt);
  const [answer, setAnswer] = useState<ExchangeAnswer>();
  const [failure, setFailure] = useState<string>();
  const [secretNeeded, setSecretNeeded] = useState(false);
  const [clientSecret, setClientSecret] = useState('');
  const exchange = async () => {
    setFailure(undefined);
    try {
      const path = `/clients/${encodeURIComponent(client.clientId)}/codes/exchange`;
      const own = secretNeeded ? { clientSecret } : {};
      setAnswer(await call<ExchangeAnswer>('POST', path, { code: code.code, ...own }));
    } catch (error) {
      if (error instanceof CallFailure && error.code === 'SECRET_UNKNOWN') setSecretNeeded(true);
      setFailure(error instanceof Error ? error.message : String(error));
    }
  };
  const token = (answer?.body as { access_token?: string } | undefined)?.access_token;
  return (
    <Stack gap="sm" aria-live="polite">
      <CopyField label={texts.generated} value={code.code} />
      {left ? <Text role="timer">{texts.timeLeft(left)}</Text> : <Alert color="orange">{texts.expired}</Alert>}
      <Group>
        <Button variant="default" onClick={exchange} disabled={!left || answer !== undefined}>
          {texts.exchangeNow}
        </Button>
        <Anchor href={selfClientFile(client, code, scope)} download="self_client.json">
          {texts.download}
        </Anchor>
      </Group>
      {failure && <Failed message={failure} />}
      {secretNeeded && !answer && (
        <PasswordInput
          label={texts.clientSecret}
          description={texts.secretForExchange}
          value={clientSecret}
          onChange={(event) => setClientSecret(event.currentTarget.value)}
          autoComplete="off"
        />
      )}
      {!answer && <CopyBlock label={texts.curl} value={exchangeCall(client, dataCenter, code.code)} />}
      {answer && <CopyBlock label={texts.exchanged} value={JSON.stringify(answer.body, null, 2)} />}
      {token && <CopyBlock label={texts.firstCall} value={callLine(dataCenter, code.environment, token)} />}
    </Stack>
  );
}

/** The file that the original's console offers, with the same keys. */
function selfClientFile(client: Client, code: Code, scope: string): string {
  const content = {
    client_id: client.clientId,
    code: code.code,
    expiry_time: Date.parse(code.expiresAt),
    scope: scope.split(',').map((each) => each.trim()),
    grant_type: 'authorization_code',
  };
  return jsonAddress(content);
}

function callLine(dataCenter: Session['dataCenter'], environment: Environment, token: string): string {
  const origin = { production: dataCenter.api, sandbox: dataCenter.sandboxApi, developer: dataCenter.developerApi };
  return apiCall(origin[environment], token);
}
