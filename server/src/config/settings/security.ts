import { Type } from 'typebox';
import { closed } from './setting-types.ts';

/** What a password must be like. */
export const passwords = Type.Object(
  {
    minLength: Type.Integer({ minimum: 1, maximum: 128, default: 8, description: 'Fewest characters of a password.' }),
    maxLength: Type.Integer({
      minimum: 64,
      maximum: 1000,
      default: 128,
      description: 'Most characters of a password.',
    }),
    refuseBreached: Type.Boolean({
      default: true,
      description: 'Refuse passwords that are common in breaches elsewhere.',
    }),
  },
  { ...closed, default: {} },
);

/** Where private signing keys are sealed. */
export const keyVault = Type.Optional(
  Type.String({
    minLength: 1,
    description:
      'Module (a file, from the working directory) whose vault seals private signing keys, in place of a key that is derived from the secret key: for a key service or a hardware module (docs/operating.md).',
  }),
);

/** The audit log. */
export const audit = Type.Object(
  {
    keptDays: Type.Integer({
      minimum: 28,
      maximum: 36_500,
      default: 400,
      description: 'Days that the audit log is kept; whole months go at once.',
    }),
  },
  { ...closed, default: {} },
);

/** Which profiles of clients are served, and who may register clients. */
export const standards = Type.Object(
  {
    compatibleProfile: Type.Boolean({
      default: true,
      description:
        'Serve clients of the compatible profile; off, only clients of the strict profile (docs/profiles.md) are registered and served.',
    }),
    registration: Type.Union([Type.Literal('closed'), Type.Literal('initial-token'), Type.Literal('open')], {
      default: 'closed',
      description:
        'Who may register clients at /oauth2/register (RFC 7591): nobody, whoever has an initial access token (grantway client registration-token), or anybody.',
    }),
    clientDocuments: Type.Boolean({
      default: true,
      description:
        'Take the https address of a client metadata document for a client id (OAuth Client ID Metadata Documents).',
    }),
  },
  { ...closed, default: {} },
);
