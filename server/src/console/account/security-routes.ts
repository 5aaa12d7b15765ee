import { factorsOf } from '../../accounts/factors/factors.ts';
import { listPasskeys } from '../../accounts/factors/passkeys.ts';
import { listIdentities } from '../../accounts/outside/identities.ts';
import { findUser } from '../../accounts/users.ts';
import { signedOut } from '../failure.ts';
import { type ConsoleRoute, defineRoute } from '../route.ts';
import { isoTime } from '../texts.ts';
import * as wire from '../wire-account.ts';

/** What the user signs in with; the accounts server changes it. */
export const securityRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/account/security',
    summary: 'What the user signs in with beside the password',
    answer: wire.accountSecurity,
    handle: async ({ context, session: { userId } }): Promise<wire.AccountSecurity> => {
      const { database, dataCenter } = context;
      const user = await findUser(database, { userId });
      if (!user) throw signedOut();
      const { recoveryCodes, totp } = await factorsOf(database, userId);
      return {
        emailVerified: user.emailVerified,
        authenticatorApp: totp,
        recoveryCodes,
        passkeys: (await listPasskeys(database, userId)).map(({ createdAtMs, lastUsedAtMs, name }) => ({
          ...{ name, addedAt: isoTime(createdAtMs), lastUsedAt: isoTime(lastUsedAtMs) },
        })),
        outside: (await listIdentities(database, userId)).map(({ email, linkedAtMs, name }) => ({
          ...{ name, email, linkedAt: isoTime(linkedAtMs) },
        })),
        changeAt: `${dataCenter.origins.accounts}/account/security`,
      };
    },
  }),
];
