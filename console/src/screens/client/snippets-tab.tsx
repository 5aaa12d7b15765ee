import { Anchor, Group, Select, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import type { Client, DataCenterInfo } from '../../../../server/src/console/wire.ts';
import { useSession } from '../../app/session.tsx';
import { CopyBlock } from '../../parts/copy-field.tsx';
import { jsonAddress } from '../../parts/json-address.ts';
import { clientTexts as texts } from '../../texts/client.ts';
import { ScopePicker } from '../scopes/scope-picker.tsx';
import { postmanCollection } from './postman.ts';
import { type SnippetValues, snippetsFor } from './snippets.ts';

/** Lines to paste, for this client, a data centre of its users, and the scopes that are chosen here. */
export function SnippetsTab({ client }: { readonly client: Client }) {
  const { realm, dataCenter } = useSession();
  const enabled = realm.filter(({ id }) => client.enabledDataCenters.includes(id));
  const [home, setHome] = useState<DataCenterInfo>(enabled.find(({ id }) => id === dataCenter.id) ?? dataCenter);
  const [values, setValues] = useState<SnippetValues>({
    scope: 'ZohoCRM.modules.ALL,ZohoCRM.settings.READ',
    redirectUri: client.redirectUris[0] ?? '',
    offline: true,
    prompt: true,
    state: '',
  });
  const put = (change: Partial<SnippetValues>) => setValues({ ...values, ...change });
  const redirects = client.redirectUris.length > 0;
  const id = encodeURIComponent(client.clientId);
  return (
    <Stack>
      <Text c="dimmed">{texts.snippetsIntro}</Text>
      <Stack maw={640} gap="sm">
        <TextInput
          label={texts.scope}
          value={values.scope}
          onChange={(event) => put({ scope: event.currentTarget.value })}
          spellCheck={false}
          autoComplete="off"
        />
        <ScopePicker value={values.scope} onChange={(scope) => put({ scope })} />
        <Select
          label={texts.homeDataCenter}
          data={enabled.map((each) => ({ value: each.id, label: texts.switchLabel(each.id, each.country) }))}
          value={home.id}
          onChange={(chosen) => setHome(enabled.find((each) => each.id === chosen) ?? home)}
          allowDeselect={false}
        />
        {redirects && (
          <>
            <Select
              label={texts.redirectUri}
              data={[...client.redirectUris]}
              value={values.redirectUri}
              onChange={(redirectUri) => put({ redirectUri: redirectUri ?? '' })}
              allowDeselect={false}
            />
            <TextInput
              label={texts.state}
              value={values.state}
              onChange={(event) => put({ state: event.currentTarget.value })}
              autoComplete="off"
            />
            <Group>
              {client.type !== 'browser' && (
                <Switch
                  label={`${texts.accessType}: offline`}
                  checked={values.offline}
                  onChange={(event) => put({ offline: event.currentTarget.checked })}
                />
              )}
              <Switch
                label={texts.prompt}
                checked={values.prompt}
                onChange={(event) => put({ prompt: event.currentTarget.checked })}
              />
            </Group>
          </>
        )}
      </Stack>
      <Title order={2} size="h3">
        {texts.tabs.snippets}
      </Title>
      {snippetsFor(client, home, values).map(({ label, text }) => (
        <CopyBlock key={label} label={label} value={text} />
      ))}
      <Group>
        <Anchor href={jsonAddress(postmanCollection(client, home, values))} download="grantway.postman_collection.json">
          {texts.postman}
        </Anchor>
        {client.type === 'browser' && (
          <Anchor href={`/api/clients/${id}/sample.zip`} download="jssdktest.zip">
            {texts.sample}
          </Anchor>
        )}
      </Group>
    </Stack>
  );
}
