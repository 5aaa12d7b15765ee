import { Type } from 'typebox';
import { closed } from './setting-types.ts';

const declaredScope = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z][A-Za-z0-9_]*(\\.[A-Za-z0-9_]+)*$',
      expected: 'words of letters, digits and "_", joined by dots, a letter first',
      description: 'Scope name, like "orders".',
    }),
    operations: Type.Array(
      Type.Union(['ALL', 'READ', 'CREATE', 'UPDATE', 'DELETE', 'WRITE'].map((operation) => Type.Literal(operation))),
      { minItems: 1, default: ['ALL', 'READ', 'CREATE', 'UPDATE', 'DELETE'] },
    ),
    subject: Type.String({ minLength: 1, description: 'What it is about, to follow a verb: "your orders".' }),
    organizationBound: Type.Boolean({
      default: false,
      description: 'Bind its tokens to an organization and environment.',
    }),
  },
  closed,
);

/** A service of one's own, with the scopes that can be asked for. */
export const declaredService = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z][A-Za-z0-9_]*$',
      expected: 'letters, digits and "_", a letter first',
      description: 'First part of its scopes, like "Shop".',
    }),
    scopes: Type.Array(declaredScope, { minItems: 1 }),
  },
  closed,
);

const origin = Type.String({
  pattern: '^https?://[^/?#@\\s]+$',
  expected: 'an origin like https://accounts.example.com',
  description: 'Public address of this service. Needed for a data centre that is not one of the known ones.',
});
const port = Type.Integer({
  minimum: 1,
  maximum: 65_535,
  description:
    'Port that this service listens on. Default: that of its origin; of a known data centre, counted from `basePort`.',
});
const perService = <T extends typeof origin | typeof port>(type: T) =>
  Type.Object(
    { accounts: type, api: type, sandboxApi: type, developerApi: type, console: type, content: type },
    closed,
  );

/** A data centre that is not known from the start, or is elsewhere than on ports of this machine. */
export const declaredDataCenter = Type.Object(
  {
    id: Type.String({
      pattern: '^[a-z][a-z0-9]{1,7}$',
      expected: '2 to 8 lower-case letters and digits, a letter first',
      description: 'Short lower-case id, the `location` on the wire.',
    }),
    realm: Type.Optional(
      Type.String({
        pattern: '^[a-z][a-z0-9-]*$',
        expected: 'lower-case letters, digits and hyphens, a letter first',
        description: 'Default: the id\'s own, else "global".',
      }),
    ),
    origins: Type.Optional(perService(origin)),
    ports: Type.Optional(perService(port)),
    tokenAuthority: Type.Optional(
      Type.String({
        description:
          'What a process with the role `api` alone asks about tokens: the database ("database", the default), or the accounts server at this origin. It then needs no access to the accounts tables.',
      }),
    ),
    databaseUrl: Type.Optional(
      Type.String({ writeOnly: true, description: 'A PostgreSQL of your own for this data centre.' }),
    ),
    readDatabaseUrl: Type.Optional(
      Type.String({ writeOnly: true, description: 'A streaming replica of it, for lists and searches of the CRM.' }),
    ),
  },
  closed,
);
