import { Button, PasswordInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { CallFailure } from '../api/call.ts';
import { type Confirmation, confirmationOf, setAskConfirmation } from '../api/confirmed-call.ts';
import { Confirm } from '../parts/confirm.tsx';
import { shellTexts as texts } from '../texts/shell.ts';

interface Asked {
  readonly needed: Confirmation;
  /** Throws when it is not enough, and the user may try again. */
  readonly retry: (password: string) => Promise<void>;
  readonly refuse: () => void;
}

/** Above any other dialog, which stays as it is. */
const zIndex = 300;
const passwordFailures: readonly string[] = ['PASSWORD_WRONG', 'THROTTLED'];

/** Asks for the password, or for another sign-in, where a call needs it (`callConfirmed`). */
export function ConfirmationDialog() {
  const [asked, setAsked] = useState<Asked>();
  const [password, setPassword] = useState('');
  useEffect(
    () =>
      setAskConfirmation(
        <Answer,>(needed: Confirmation, retry: (password: string) => Promise<Answer>) =>
          new Promise<Answer>((resolve, reject) => {
            const refusal =
              needed === 'password'
                ? { code: 'PASSWORD_NEEDED', message: texts.passwordNotTyped }
                : { code: 'SIGN_IN_NEEDED', message: texts.notSignedInAgain };
            setAsked({
              needed,
              retry: (given) =>
                retry(given).then(resolve, (error: unknown) => {
                  const again = error instanceof CallFailure && passwordFailures.includes(error.code);
                  if (again || confirmationOf(error)) throw error;
                  reject(error);
                }),
              refuse: () => reject(new CallFailure(403, refusal)),
            });
          }),
      ),
    [],
  );
  const byPassword = asked?.needed !== 'sign-in';
  return (
    <Confirm
      opened={asked !== undefined}
      close={() => {
        // After a call that went on there is nothing left to refuse.
        asked?.refuse();
        setAsked(undefined);
        setPassword('');
      }}
      heading={byPassword ? texts.passwordHeading : texts.signInAgainHeading}
      text={byPassword ? texts.passwordText : texts.signInAgainText}
      action={texts.goOn}
      disabled={byPassword && password === ''}
      zIndex={zIndex}
      run={async () => asked?.retry(password)}
    >
      {byPassword ? (
        <PasswordInput
          label={texts.password}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          data-autofocus
        />
      ) : (
        <Button component="a" href="/sign-in?again&return=/start" target="_blank" rel="opener" data-autofocus>
          {texts.sessionEndedOpen}
        </Button>
      )}
    </Confirm>
  );
}
