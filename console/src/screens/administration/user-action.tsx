import { Checkbox, PasswordInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type {
  AdministeredUser,
  AdministeredUserChange,
  EndedTokens,
} from '../../../../server/src/console/wire-administration.ts';
import { call } from '../../api/call.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { administrationTexts as texts } from '../../texts/administration.ts';

export type UserActionName = keyof typeof texts.actionText;

const changes: Readonly<Record<Exclude<UserActionName, 'endTokens' | 'setPassword'>, AdministeredUserChange>> = {
  activate: { active: true },
  deactivate: { active: false },
  promote: { operator: true },
  demote: { operator: false },
};
const dangerous: ReadonlySet<UserActionName> = new Set(['deactivate', 'endTokens', 'demote']);

/** Asks, then does with a user what was chosen. */
export function UserAction({
  doing,
  close,
}: {
  readonly doing: { readonly user: AdministeredUser; readonly action: UserActionName } | undefined;
  readonly close: () => void;
}) {
  const cache = useQueryClient();
  const [password, setPassword] = useState('');
  const [endTokens, setEndTokens] = useState(false);
  const action = doing?.action;
  const withPassword = action === 'setPassword';
  const email = doing?.user.email ?? '';
  const end = () => {
    setPassword('');
    setEndTokens(false);
    close();
  };
  const run = async () => {
    if (!doing || !action) return;
    const path = `/administration/users/${encodeURIComponent(doing.user.userId)}`;
    if (action === 'endTokens') {
      const { endedGrants } = await call<EndedTokens>('POST', `${path}/end-tokens`);
      notifications.show({ message: texts.ended(endedGrants) });
    } else {
      const change = action === 'setPassword' ? { password } : changes[action];
      await call<AdministeredUser>('PATCH', path, { ...change, ...(endTokens ? { endTokens } : {}) });
      notifications.show({ message: texts.done });
    }
    await cache.invalidateQueries({ queryKey: ['administration', 'users'] });
  };
  return (
    <Confirm
      opened={doing !== undefined}
      close={end}
      heading={action ? texts[action] : ''}
      text={action ? texts.actionText[action](email) : ''}
      action={action ? texts[action] : ''}
      danger={action !== undefined && dangerous.has(action)}
      disabled={withPassword && password.length < 8}
      run={run}
    >
      {withPassword && (
        <PasswordInput
          label={texts.password}
          description={texts.passwordHint}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          maxLength={250}
          autoComplete="new-password"
          data-autofocus
        />
      )}
      {(withPassword || action === 'deactivate') && (
        <Checkbox
          label={texts.alsoEndTokens}
          checked={endTokens}
          onChange={(event) => setEndTokens(event.currentTarget.checked)}
        />
      )}
    </Confirm>
  );
}
