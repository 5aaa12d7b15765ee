import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { Client } from '../../../../server/src/console/wire.ts';
import { type KeyFields, validateKeys } from '../../../../server/src/oauth/client-validation.ts';
import { CallFailure } from '../../api/call.ts';
import { clientTexts as texts } from '../../texts/client.ts';
import type { ChangeClient } from './change-client.ts';
import { SettingsForm } from './settings-form.tsx';

type Proof = keyof typeof texts.proofs;
type Faults = Partial<Record<keyof KeyFields, string>>;

/** By what the app authenticates: its secret, or keys of its own (RFC 7523). */
export function ClientKeys({ client, change }: { readonly client: Client; readonly change: ChangeClient }) {
  const [proof, setProof] = useState<Proof>(client.jwksUri ? 'jwksUri' : client.jwks ? 'jwks' : 'secret');
  const [uri, setUri] = useState(client.jwksUri ?? '');
  const [keys, setKeys] = useState(client.jwks ? JSON.stringify(client.jwks, null, 2) : '');
  const [faults, setFaults] = useState<Faults>({});
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  /** Not only when the field is left: what a fault takes up would then move the button away from a click on it. */
  const edit = (put: () => void) => {
    setFaults({});
    put();
  };
  /** What was filled in, or undefined when it cannot be; the faults are shown. By the server's own code. */
  const read = (): KeyFields | undefined => {
    setFaults({});
    if (proof === 'secret') return { jwks: null, jwksUri: null };
    const fields = proof === 'jwks' ? { jwks: parse(keys), jwksUri: null } : { jwks: null, jwksUri: uri.trim() };
    if (proof === 'jwks' && fields.jwks === undefined) {
      setFaults({ jwks: texts.notJson });
      return undefined;
    }
    // Empty stands for "none" in a call; here something is to be typed.
    const checked = proof === 'jwksUri' && uri.trim() === '' ? { jwksUri: '-' } : fields;
    const [fault] = validateKeys(checked);
    if (!fault) return fields;
    setFaults({ [fault.field]: `${fault.message}: ${fault.reason}` });
    return undefined;
  };
  const save = async () => {
    setFailure(undefined);
    const fields = read();
    if (!fields) return;
    setBusy(true);
    try {
      await change(fields);
      notifications.show({ message: texts.saved });
    } catch (error) {
      const { field, message } = error as CallFailure;
      if (field === 'jwks' || field === 'jwksUri') setFaults({ [field]: message });
      else setFailure(error instanceof CallFailure ? message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <SettingsForm legend={texts.keys} text={texts.keysText} save={save} busy={busy} failure={failure}>
      <NativeSelect
        label={texts.proof}
        value={proof}
        data={Object.entries(texts.proofs).map(([value, label]) => ({ value, label }))}
        onChange={({ currentTarget: { value } }) => edit(() => setProof(value as Proof))}
      />
      {proof === 'jwksUri' && (
        <TextInput
          label={texts.jwksUri}
          description={texts.jwksUriHint}
          value={uri}
          onChange={({ currentTarget: { value } }) => edit(() => setUri(value))}
          onBlur={read}
          error={faults.jwksUri}
          inputMode="url"
          autoComplete="off"
        />
      )}
      {proof === 'jwks' && (
        <Textarea
          label={texts.jwks}
          description={texts.jwksHint}
          value={keys}
          onChange={({ currentTarget: { value } }) => edit(() => setKeys(value))}
          onBlur={read}
          error={faults.jwks}
          autosize
          minRows={4}
          maxRows={14}
          spellCheck={false}
          autoComplete="off"
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
      )}
    </SettingsForm>
  );
}

/** The JSON of a text; undefined: it is none. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
