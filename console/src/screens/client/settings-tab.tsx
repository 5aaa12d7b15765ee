import { Alert, Button, Fieldset, Group, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Client, DataCenterInfo } from '../../../../server/src/console/wire.ts';
import { clientTypeRules, hasKeys } from '../../../../server/src/oauth/client.ts';
import { call } from '../../api/call.ts';
import { callConfirmed } from '../../api/confirmed-call.ts';
import { useSession } from '../../app/session.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Failed } from '../../parts/loaded.tsx';
import { clientTexts as texts } from '../../texts/client.ts';
import { ClientForm, toClientFields } from '../applications/client-form.tsx';
import type { ChangeClient } from './change-client.ts';
import { ClientKeys } from './client-keys.tsx';
import { LogoutAddresses } from './logout-addresses.tsx';
import { OwnSettings } from './own-settings.tsx';
import { ProfileCheck } from './profile-check.tsx';

/** Data centres, the client's own fields, settings that differ for it, and its end. */
export function SettingsTab({ client }: { readonly client: Client }) {
  const change = useClientChange(client);
  const rules = clientTypeRules[client.type];
  return (
    <Stack gap="xl">
      {rules.multiDataCenter && <MultiDataCenter client={client} />}
      <Profile client={client} change={change} />
      <Secrets client={client} change={change} />
      {(client.type !== 'browser' || hasKeys(client)) && (
        <ClientKeys key={`keys ${client.clientId}`} client={client} change={change} />
      )}
      {client.type !== 'self' && (
        <Fieldset legend={texts.details}>
          <ClientForm
            key={client.clientId}
            type={client.type}
            initial={{
              name: client.name,
              homepageUrl: client.homepageUrl ?? '',
              redirectUris: client.redirectUris.length > 0 ? [...client.redirectUris] : [''],
              javascriptDomains: client.javascriptDomains.length > 0 ? [...client.javascriptDomains] : [''],
            }}
            submitLabel={texts.save}
            onSubmit={async (values) => {
              await change(toClientFields(client.type, values));
              notifications.show({ message: texts.saved });
            }}
          />
        </Fieldset>
      )}
      {client.type !== 'self' && <LogoutAddresses key={`logout ${client.clientId}`} client={client} change={change} />}
      <OwnSettings client={client} change={change} />
      <Deletion client={client} />
    </Stack>
  );
}

function useClientChange(client: Client): ChangeClient {
  const cache = useQueryClient();
  return async (change) => {
    const changed = await callConfirmed<Client>('PATCH', `/clients/${encodeURIComponent(client.clientId)}`, change);
    cache.setQueryData(['client', client.clientId], changed);
    await cache.invalidateQueries({ queryKey: ['clients'] });
  };
}

function MultiDataCenter({ client }: { readonly client: Client }) {
  const { realm } = useSession();
  const cache = useQueryClient();
  const [closing, setClosing] = useState<DataCenterInfo>();
  const [failure, setFailure] = useState<string>();
  const flip = async (id: string, enabled: boolean) => {
    const path = `/clients/${encodeURIComponent(client.clientId)}/data-centers/${id}`;
    cache.setQueryData(['client', client.clientId], await call<Client>('PUT', path, { enabled }));
    await cache.invalidateQueries({ queryKey: ['client', client.clientId, 'secrets'] });
  };
  const attempt = (work: Promise<unknown>) => {
    setFailure(undefined);
    work.catch((error: Error) => setFailure(error.message));
  };
  return (
    <Stack component="section">
      <div>
        <Title order={2} size="h3">
          {texts.multiDc}
        </Title>
        <Text size="sm" c="dimmed">
          {texts.multiDcText}
        </Text>
      </div>
      <Stack gap="xs" role="group" aria-label={texts.multiDc}>
        {realm.map((dataCenter) => {
          const own = dataCenter.id === client.dataCenter;
          const enabled = client.enabledDataCenters.includes(dataCenter.id);
          return (
            <Switch
              key={dataCenter.id}
              label={texts.switchLabel(dataCenter.id, dataCenter.country)}
              description={own ? texts.ownDataCenter : undefined}
              checked={enabled}
              disabled={own}
              onChange={() => (enabled ? setClosing(dataCenter) : attempt(flip(dataCenter.id, true)))}
            />
          );
        })}
      </Stack>
      {failure && <Failed message={failure} />}
      <Confirm
        opened={closing !== undefined}
        close={() => setClosing(undefined)}
        heading={texts.switchOffHeading(closing?.id ?? '')}
        text={texts.switchOffText}
        action={texts.switchOff}
        danger
        run={() => flip(closing?.id ?? '', false)}
      />
    </Stack>
  );
}

/** By whose rules the app is served, and the form of its tokens (docs/profiles.md). */
function Profile({ client, change }: { readonly client: Client; readonly change: ChangeClient }) {
  const [failure, setFailure] = useState<string>();
  const choose = async (fields: Parameters<ChangeClient>[0]) => {
    setFailure(undefined);
    try {
      await change(fields);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Stack component="section" gap="xs">
      <Title order={2} size="h3">
        {texts.profile}
      </Title>
      <Switch
        label={texts.strictProfile}
        description={texts.strictProfileText}
        checked={client.profile === 'strict'}
        onChange={(event) => choose({ profile: event.currentTarget.checked ? 'strict' : 'compatible' })}
      />
      <Switch
        label={texts.jwtTokens}
        description={texts.jwtTokensText}
        checked={client.accessTokenFormat === 'jwt'}
        onChange={(event) => choose({ accessTokenFormat: event.currentTarget.checked ? 'jwt' : 'opaque' })}
      />
      <Switch
        label={texts.dpopBound}
        description={texts.dpopBoundText}
        checked={client.dpopBound}
        onChange={(event) => choose({ dpopBound: event.currentTarget.checked })}
      />
      {failure && <Failed message={failure} />}
      {client.profile === 'compatible' && <ProfileCheck clientId={client.clientId} />}
    </Stack>
  );
}

/** How secrets are made and shown. */
function Secrets({ client, change }: { readonly client: Client; readonly change: ChangeClient }) {
  const [failure, setFailure] = useState<string>();
  const cache = useQueryClient();
  const attempt = async (fields: Parameters<ChangeClient>[0]) => {
    setFailure(undefined);
    try {
      await change(fields);
      await cache.invalidateQueries({ queryKey: ['client', client.clientId, 'secrets'] });
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Stack component="section" gap="xs">
      <Title order={2} size="h3">
        {texts.secrets}
      </Title>
      {clientTypeRules[client.type].multiDataCenter && (
        <Switch
          label={texts.sameSecret}
          checked={client.sameSecret}
          onChange={(event) => attempt({ sameSecret: event.currentTarget.checked })}
        />
      )}
      <Switch
        label={texts.showOnce}
        checked={client.showSecretOnce}
        onChange={(event) => attempt({ showSecretOnce: event.currentTarget.checked })}
      />
      {failure && <Failed message={failure} />}
    </Stack>
  );
}

function Deletion({ client }: { readonly client: Client }) {
  const [asking, setAsking] = useState(false);
  const [name, setName] = useState('');
  const navigate = useNavigate();
  const cache = useQueryClient();
  return (
    <Alert color="red" variant="light" title={texts.deleteClient}>
      <Stack align="flex-start">
        <Text size="sm">{texts.deleteText(client.name)}</Text>
        <Group>
          <Button color="red" onClick={() => setAsking(true)}>
            {texts.deleteClient}
          </Button>
        </Group>
      </Stack>
      <Confirm
        opened={asking}
        close={() => setAsking(false)}
        heading={texts.deleteClient}
        text={texts.deleteText(client.name)}
        action={texts.deleteClient}
        danger
        disabled={name !== client.name}
        run={async () => {
          await callConfirmed('DELETE', `/clients/${encodeURIComponent(client.clientId)}`, { name });
          await cache.invalidateQueries({ queryKey: ['clients'] });
          await navigate({ to: '/applications' });
          cache.removeQueries({ queryKey: ['client', client.clientId] });
        }}
      >
        <TextInput
          label={texts.deleteName}
          description={client.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
      </Confirm>
    </Alert>
  );
}
