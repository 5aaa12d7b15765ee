import { type Static, Type } from 'typebox';

/** What the console's account screens and its HTTP API say to each other; see `wire.ts`. */
const strict = { additionalProperties: false } as const;
const time = Type.String({ format: 'date-time' });
const optionalTime = Type.Union([time, Type.Null()]);

/** GET /api/account → `account`; PATCH /api/account takes `accountChange` → `account` */
export const account = Type.Object({
  email: Type.String(),
  firstName: Type.String(),
  lastName: Type.String(),
  createdAt: time,
});
export const accountChange = Type.Object(
  { firstName: Type.String({ maxLength: 100 }), lastName: Type.String({ maxLength: 100 }) },
  strict,
);
/** POST /api/account/password → 204; 400 with the field `current` or `fresh`. This browser stays signed in, others do not. */
export const passwordChange = Type.Object(
  {
    current: Type.String({ maxLength: 250 }),
    fresh: Type.String({ maxLength: 250 }),
    endTokens: Type.Boolean(),
    /** Default: other browsers are signed out. */
    endSessions: Type.Optional(Type.Boolean()),
  },
  strict,
);
/**
 * GET /api/account/sessions: browsers that are signed in. DELETE /api/account/sessions/{sessionId} → 204 ends one,
 * DELETE /api/account/sessions → 204 ends all but the current one.
 */
export const sessionList = Type.Object({
  sessions: Type.Array(
    Type.Object({
      sessionId: Type.String(),
      signedInAt: time,
      lastUsedAt: optionalTime,
      /** As it calls itself; null when it did not say. */
      browser: Type.Union([Type.String(), Type.Null()]),
      current: Type.Boolean(),
    }),
  ),
});
/**
 * GET /api/account/apps: what the user has given access to. DELETE /api/account/apps/{clientId} → 204 takes the access
 * back and ends all tokens of the two.
 */
export const appList = Type.Object({
  apps: Type.Array(
    Type.Object({
      clientId: Type.String(),
      name: Type.String(),
      homepageUrl: Type.Union([Type.String(), Type.Null()]),
      scopes: Type.Array(Type.String()),
      grantedAt: time,
      lastUsedAt: optionalTime,
    }),
  ),
});

/** GET /api/account/security; what it tells of is changed on a page of the accounts server, `changeAt`. */
export const accountSecurity = Type.Object({
  emailVerified: Type.Boolean(),
  authenticatorApp: Type.Boolean(),
  /** That are left. */
  recoveryCodes: Type.Integer(),
  passkeys: Type.Array(Type.Object({ name: Type.String(), addedAt: time, lastUsedAt: optionalTime })),
  /** Sign-ins by outside providers. */
  outside: Type.Array(
    Type.Object({ name: Type.String(), email: Type.Union([Type.String(), Type.Null()]), linkedAt: time }),
  ),
  changeAt: Type.String(),
});
export type AccountSecurity = Static<typeof accountSecurity>;

export type Account = Static<typeof account>;
export type AccountChange = Static<typeof accountChange>;
export type PasswordChange = Static<typeof passwordChange>;
export type SessionList = Static<typeof sessionList>;
export type AppList = Static<typeof appList>;
