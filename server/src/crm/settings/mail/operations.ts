import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { always, bodyWith, found, oneById, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  id,
  idGiven,
  input,
  integer,
  listOf,
  named,
  noted,
  oneOf,
  orNull,
  type Schema,
  shape,
  text,
} from '../../kernel/schema.ts';
import { composeTypes } from '../../kernel/space/setting.ts';
import { idsParameter } from '../../wire/openapi/parameters.ts';
import { settings } from '../../wire/scopes.ts';
import { addressTypes, fontSizes, getCompose, updateCompose } from './compose.ts';
import {
  createSignatures,
  deleteSignatures,
  editorModes,
  getSignature,
  listSignatures,
  signatureLimits,
  updateSignatures,
} from './signatures.ts';

const compose = '/email/settings/compose';
const path = `${compose}/email_signatures`;
const one = `${path}/{signature}`;
const scopesOf = (operation: ScopeOperation) => settings('emails', operation);

const signature = named(
  'EmailSignature',
  shape({
    ...{ id, name: text, content: text, editor_mode: oneOf(...editorModes) },
    from: noted(listOf(shape({ user_name: text, email: text })), "The user's address, when it goes with its mails."),
  }),
);
const name: Schema = { type: 'string', maxLength: 100 };
const content: Schema = { type: 'string', maxLength: signatureLimits.content };
const more = {
  editor_mode: oneOf(...editorModes),
  from: listOf(input({ email: text }, { user_name: text })),
};
const userId = query('user_id', 'Whose signatures are meant; the caller when it is not said.', id);
const own = 'Everybody has their own; who manages users, those of others, too.';
const writes = { key: 'email_signatures', status: 200, details: shape({ id }) } as const;

const address = shape({ type: oneOf(...addressTypes), user_name: orNull(text), email: text });
const composeType = oneOf(...composeTypes);
const composed = named(
  'EmailCompose',
  shape({
    type: composeType,
    font: shape({ size: integer, family: text }),
    default_from_address: address,
    default_replyto_address: address,
  }),
);
const addressGiven = input({}, { type: oneOf(...addressTypes), user_name: orNull(text), email: text });
const fontSize: Schema = { ...integer, minimum: fontSizes.least, maximum: fontSizes.most };
const composeGiven = input(
  { type: composeType },
  {
    font: input({}, { size: fontSize, family: text }),
    default_from_address: addressGiven,
    default_replyto_address: addressGiven,
  },
);

/** How mails begin and end. */
export const composeOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: compose,
    scopes: scopesOf('READ'),
    handle: getCompose,
    about: {
      summary: "Get how the caller's mails begin",
      query: [query('type', 'Only this kind of mails.', oneOf(...composeTypes, 'all'))],
      answers: always('email_compose', composed),
    },
  },
  {
    method: 'PUT',
    path: compose,
    scopes: scopesOf('UPDATE'),
    handle: updateCompose,
    about: {
      summary: "Say how the caller's mails begin",
      body: bodyWith('email_compose', composeGiven, composeTypes.length),
      writes: { key: 'email_compose', status: 200, details: shape({ type: composeType }) },
    },
  },
  {
    method: 'GET',
    path,
    scopes: scopesOf('READ'),
    handle: listSignatures,
    about: {
      summary: 'List signatures',
      text: own,
      query: [userId],
      answers: found('email_signatures', signature),
      errors: ['NO_PERMISSION'],
    },
  },
  {
    method: 'POST',
    path,
    scopes: scopesOf('CREATE'),
    handle: createSignatures,
    about: {
      summary: 'Create signatures',
      text: own,
      query: [userId],
      body: bodyWith('email_signatures', input({ name, content }, more), signatureLimits.items),
      writes: { ...writes, status: 201 },
      errors: ['NO_PERMISSION', 'DUPLICATE_DATA', 'LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'PUT',
    path,
    scopes: scopesOf('UPDATE'),
    handle: updateSignatures,
    about: {
      summary: 'Change signatures',
      text: own,
      query: [query('user_id', 'Without effect: a signature stays whose it is.', id)],
      body: bodyWith('email_signatures', input({ id: idGiven }, { name, content, ...more }), signatureLimits.items),
      writes,
      errors: ['NO_PERMISSION', 'DUPLICATE_DATA'],
    },
  },
  {
    method: 'DELETE',
    path,
    scopes: scopesOf('DELETE'),
    handle: deleteSignatures,
    about: {
      summary: 'Delete signatures',
      text: own,
      query: [{ ...idsParameter(signatureLimits.items, 'Ids of signatures'), required: true }],
      writes,
      errors: ['NO_PERMISSION', 'REQUIRED_PARAM_MISSING'],
    },
  },
  {
    method: 'GET',
    path: one,
    scopes: scopesOf('READ'),
    handle: getSignature,
    about: {
      summary: 'Get a signature',
      answers: oneById('email_signatures', signature),
      errors: ['NO_PERMISSION'],
    },
  },
  {
    method: 'PUT',
    path: one,
    scopes: scopesOf('UPDATE'),
    handle: updateSignatures,
    about: {
      summary: 'Change a signature',
      text: own,
      body: bodyWith('email_signatures', input({}, { name, content, ...more }), 1),
      writes,
      errors: ['NO_PERMISSION', 'DUPLICATE_DATA'],
    },
  },
  {
    method: 'DELETE',
    path: one,
    scopes: scopesOf('DELETE'),
    handle: deleteSignatures,
    about: { summary: 'Delete a signature', text: own, writes, errors: ['NO_PERMISSION'] },
  },
];
