import { Button, Fieldset, Group, NativeSelect, NumberInput, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Client, ClientSettingList } from '../../../../server/src/console/wire.ts';
import { queries } from '../../api/queries.ts';
import { Failed, Loaded } from '../../parts/loaded.tsx';
import { clientTexts as texts } from '../../texts/client.ts';
import type { ChangeClient } from './change-client.ts';

type Setting = ClientSettingList['settings'][number];
type Values = Readonly<Record<string, number | boolean>>;

/** Lifetimes, limits and switches that may be another for one client than for the platform. */
export function OwnSettings({ client, change }: { readonly client: Client; readonly change: ChangeClient }) {
  const query = useQuery(queries.clientSettings());
  return (
    <Fieldset legend={texts.ownSettings}>
      <Loaded query={query} height={300}>
        {({ settings }) => <SettingsForm settings={settings} client={client} change={change} />}
      </Loaded>
    </Fieldset>
  );
}

function SettingsForm({
  settings,
  client,
  change,
}: {
  readonly settings: readonly Setting[];
  readonly client: Client;
  readonly change: ChangeClient;
}) {
  const [own, setOwn] = useState<Values>(client.settings);
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  const put = (name: string, value: number | boolean | undefined) => {
    const { [name]: _, ...others } = own;
    setOwn(value === undefined ? others : { ...others, [name]: value });
  };
  const save = async () => {
    setBusy(true);
    setFailure(undefined);
    const changed = settings.filter(({ name }) => own[name] !== client.settings[name]);
    try {
      await change({ settings: Object.fromEntries(changed.map(({ name }) => [name, own[name] ?? null])) });
      notifications.show({ message: texts.saved });
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {texts.ownSettingsText}
      </Text>
      {settings.map((setting) => (
        <SettingInput key={setting.name} setting={setting} value={own[setting.name]} put={put} />
      ))}
      {failure && <Failed message={failure} />}
      <Group>
        <Button onClick={save} loading={busy}>
          {texts.save}
        </Button>
      </Group>
    </Stack>
  );
}

function SettingInput({
  setting,
  value,
  put,
}: {
  readonly setting: Setting;
  readonly value: number | boolean | undefined;
  readonly put: (name: string, value: number | boolean | undefined) => void;
}) {
  const { name, kind, description, platformValue, minimum, maximum } = setting;
  if (kind === 'number') {
    return (
      <NumberInput
        label={name}
        description={description}
        placeholder={`${texts.settingDefault}: ${platformValue}`}
        value={typeof value === 'number' ? value : ''}
        onChange={(typed) => put(name, typed === '' ? undefined : Number(typed))}
        allowDecimal={false}
        maw={420}
        {...(minimum === undefined ? {} : { min: minimum })}
        {...(maximum === undefined ? {} : { max: maximum })}
      />
    );
  }
  return (
    <NativeSelect
      label={name}
      description={description}
      value={value === undefined ? '' : String(value)}
      onChange={({ currentTarget }) =>
        put(name, currentTarget.value === '' ? undefined : currentTarget.value === 'true')
      }
      data={[
        {
          value: '',
          label: `${texts.settingDefault}: ${platformValue ? texts.settingOn : texts.settingOff}`,
        },
        { value: 'true', label: texts.settingOn },
        { value: 'false', label: texts.settingOff },
      ]}
      maw={420}
    />
  );
}
