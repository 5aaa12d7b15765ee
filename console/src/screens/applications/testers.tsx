import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { describeMismatch } from '../../../../server/src/oauth/redirect-uri.ts';
import { applicationsTexts as texts } from '../../texts/applications.ts';

/** Says whether an address would be taken as redirect URI, and where it first differs. */
export function RedirectUriTester({ registered }: { readonly registered: readonly string[] }) {
  return <Tester label={texts.testUri} check={(uri) => checkUri(uri, registered)} />;
}

/** Says whether a page of an origin could call the API. */
export function OriginTester({ registered }: { readonly registered: readonly string[] }) {
  return <Tester label={texts.testOrigin} check={(origin) => checkOrigin(origin, registered)} />;
}

type Verdict = { readonly passes: boolean; readonly text: string };

function Tester({ label, check }: { readonly label: string; readonly check: (value: string) => Verdict }) {
  const [value, setValue] = useState('');
  const verdict = value === '' ? undefined : check(value);
  return (
    <div>
      <TextInput
        label={label}
        size="xs"
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
        autoComplete="off"
      />
      <Text size="sm" mih={22} role="status" c={verdict?.passes === false ? 'red' : 'dimmed'}>
        {verdict?.text}
      </Text>
    </div>
  );
}

function checkUri(uri: string, registered: readonly string[]): Verdict {
  if (registered.includes(uri)) return { passes: true, text: texts.matches };
  if (registered.length === 0) return { passes: false, text: texts.nothingRegistered };
  const { closest, differsAtCharacter } = describeMismatch(uri, registered) as {
    closest: string;
    differsAtCharacter: number;
  };
  const at = (text: string) => text[differsAtCharacter - 1] ?? texts.end;
  return { passes: false, text: texts.differs(differsAtCharacter, at(closest), at(uri), closest) };
}

function checkOrigin(value: string, registered: readonly string[]): Verdict {
  const origin = URL.canParse(value) ? new URL(value).origin : 'null';
  if (origin === 'null') return { passes: false, text: texts.noOrigin };
  if (registered.length === 0) return { passes: false, text: texts.nothingRegistered };
  if (registered.includes(origin)) return { passes: true, text: texts.passes };
  return { passes: false, text: texts.originRefused(origin) };
}
