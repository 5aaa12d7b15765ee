import { TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { Client } from '../../../../server/src/console/wire.ts';
import { type FieldFault, type LogoutFields, validateLogout } from '../../../../server/src/oauth/client-validation.ts';
import { CallFailure } from '../../api/call.ts';
import { useSession } from '../../app/session.tsx';
import { filled, LinesInput } from '../../parts/lines-input.tsx';
import { clientTexts as texts } from '../../texts/client.ts';
import type { ChangeClient } from './change-client.ts';
import { SettingsForm } from './settings-form.tsx';

type Fault = Pick<FieldFault<keyof LogoutFields>, 'field' | 'value'> & { readonly message: string };

/** Where users come back to after signing out, and where the app's server is told of it. */
export function LogoutAddresses({ client, change }: { readonly client: Client; readonly change: ChangeClient }) {
  const { limits, plainHttpRedirects: plainHttp, undottedSchemes } = useSession();
  const [lines, setLines] = useState(
    client.postLogoutRedirectUris.length > 0 ? [...client.postLogoutRedirectUris] : [''],
  );
  const [backchannel, setBackchannel] = useState(client.backchannelLogoutUri ?? '');
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  const fields = { postLogoutRedirectUris: filled(lines), backchannelLogoutUri: backchannel.trim() || null };
  /** By the server's own code, as soon as a field is left. */
  const check = () => {
    const found = validateLogout(fields, { limits, plainHttp, undottedSchemes });
    setFaults(found.map(({ message, reason, ...place }) => ({ ...place, message: `${message}: ${reason}` })));
    return found.length === 0;
  };
  const save = async () => {
    setFailure(undefined);
    if (!check()) return;
    setBusy(true);
    try {
      await change(fields);
      notifications.show({ message: texts.saved });
    } catch (error) {
      const { field, message, value = '' } = error as CallFailure;
      if (field === 'postLogoutRedirectUris' || field === 'backchannelLogoutUri') {
        setFaults([{ field, message, value }]);
      } else setFailure(error instanceof CallFailure ? message : String(error));
    } finally {
      setBusy(false);
    }
  };
  const errorOf = (field: keyof LogoutFields, value: string) =>
    faults.find((fault) => fault.field === field && fault.value === value)?.message;
  /** What is wrong with the whole list stands at its first line. */
  const errorOfLine = (line: string, index: number) => {
    const value = line.trim().slice(0, 200);
    const own = value === '' ? undefined : errorOf('postLogoutRedirectUris', value);
    return own ?? (index === 0 ? errorOf('postLogoutRedirectUris', '') : undefined);
  };
  return (
    <SettingsForm legend={texts.signingOut} text={texts.signingOutText} save={save} busy={busy} failure={failure}>
      <LinesInput
        label={texts.postLogoutRedirectUris}
        hint={texts.postLogoutHint}
        addLabel={texts.addPostLogout}
        lines={lines}
        errors={lines.map(errorOfLine)}
        change={(changed) => {
          setFaults([]);
          setLines(changed);
        }}
        leave={check}
      />
      <TextInput
        label={texts.backchannelLogoutUri}
        description={texts.backchannelHint}
        value={backchannel}
        onChange={(event) => {
          // Not only when it is left: a fault that goes then moves the button away from a click on it.
          setFaults([]);
          setBackchannel(event.currentTarget.value);
        }}
        onBlur={check}
        error={errorOf('backchannelLogoutUri', backchannel.trim().slice(0, 200))}
        inputMode="url"
        autoComplete="off"
      />
    </SettingsForm>
  );
}
