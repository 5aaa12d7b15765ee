import { PasswordInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { CallFailure } from '../api/call.ts';
import { setAskPassword } from '../api/confirmed-call.ts';
import { Confirm } from '../parts/confirm.tsx';
import { shellTexts as texts } from '../texts/shell.ts';

interface Asked {
  /** Throws when the password is not taken, and the user may type another one. */
  readonly retry: (password: string) => Promise<void>;
  readonly refuse: () => void;
}

/** Above any other dialog, which stays as it is. */
const zIndex = 300;
const passwordFailures: readonly string[] = ['PASSWORD_WRONG', 'THROTTLED'];

/** Asks for the password where a call needs it (`callConfirmed`). */
export function PasswordDialog() {
  const [asked, setAsked] = useState<Asked>();
  const [password, setPassword] = useState('');
  useEffect(
    () =>
      setAskPassword(
        <Answer,>(retry: (password: string) => Promise<Answer>) =>
          new Promise<Answer>((resolve, reject) => {
            setAsked({
              retry: (given) =>
                retry(given).then(resolve, (error: unknown) => {
                  if (error instanceof CallFailure && passwordFailures.includes(error.code)) throw error;
                  reject(error);
                }),
              refuse: () => reject(new CallFailure(403, { code: 'PASSWORD_NEEDED', message: texts.passwordNotTyped })),
            });
          }),
      ),
    [],
  );
  return (
    <Confirm
      opened={asked !== undefined}
      close={() => {
        // After a call that went on there is nothing left to refuse.
        asked?.refuse();
        setAsked(undefined);
        setPassword('');
      }}
      heading={texts.passwordHeading}
      text={texts.passwordText}
      action={texts.goOn}
      disabled={password === ''}
      zIndex={zIndex}
      run={async () => asked?.retry(password)}
    >
      <PasswordInput
        label={texts.password}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        autoComplete="current-password"
        data-autofocus
      />
    </Confirm>
  );
}
