import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { always, bodyWith, oneById } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { customization } from '../../kernel/permissions.ts';
import { id, idGiven, input, integer, named, type Schema, shape, text } from '../../kernel/schema.ts';
import { idsParameter } from '../../wire/openapi/parameters.ts';
import { fixed } from '../../wire/scopes.ts';
import {
  contactRoleLimits,
  createContactRoles,
  deleteContactRoles,
  getContactRole,
  listContactRoles,
  updateContactRoles,
} from './contact-roles.ts';

const path = 'Contacts/roles';
const permission = customization;
const scopesOf = (operation: ScopeOperation) => fixed(`ZohoCRM.modules.contacts.${operation}`);
const role = named('ContactRole', shape({ id, name: text, sequence_number: integer }));
const name: Schema = { type: 'string', maxLength: 120 };
const writes = { key: 'contact_roles', status: 200, details: shape({ id }) } as const;

/** What contacts can be to a deal. */
export const contactRoleOperations: readonly Operation[] = [
  {
    method: 'GET',
    path,
    scopes: scopesOf('READ'),
    handle: listContactRoles,
    about: { summary: 'List the roles of contacts in deals', answers: always('contact_roles', role) },
  },
  {
    method: 'POST',
    path,
    scopes: scopesOf('CREATE'),
    permission,
    handle: createContactRoles,
    about: {
      summary: 'Create roles of contacts',
      body: bodyWith('contact_roles', input({ name }, { sequence_number: integer }), contactRoleLimits.items),
      writes: { ...writes, status: 201 },
      errors: ['DUPLICATE_DATA', 'LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'PUT',
    path,
    scopes: scopesOf('UPDATE'),
    permission,
    handle: updateContactRoles,
    about: {
      summary: 'Change roles of contacts',
      text: 'Contacts of deals follow a new name.',
      body: bodyWith(
        'contact_roles',
        input({ id: idGiven }, { name, sequence_number: integer }),
        contactRoleLimits.items,
      ),
      writes,
      errors: ['DUPLICATE_DATA'],
    },
  },
  {
    method: 'DELETE',
    path,
    scopes: scopesOf('DELETE'),
    permission,
    handle: deleteContactRoles,
    about: {
      summary: 'Delete roles of contacts',
      text: 'Contacts of deals keep what they are called. One role stays.',
      query: [{ ...idsParameter(contactRoleLimits.items, 'Ids of roles'), required: true }],
      writes,
      errors: ['CANNOT_PROCESS'],
    },
  },
  {
    method: 'GET',
    path: `${path}/{contact_role}`,
    scopes: scopesOf('READ'),
    handle: getContactRole,
    about: { summary: 'Get a role of contacts', answers: oneById('contact_roles', role) },
  },
  {
    method: 'PUT',
    path: `${path}/{contact_role}`,
    scopes: scopesOf('UPDATE'),
    permission,
    handle: updateContactRoles,
    about: {
      summary: 'Change a role of contacts',
      text: 'Contacts of deals follow a new name.',
      body: bodyWith('contact_roles', input({}, { name, sequence_number: integer }), 1),
      writes,
      errors: ['DUPLICATE_DATA'],
    },
  },
  {
    method: 'DELETE',
    path: `${path}/{contact_role}`,
    scopes: scopesOf('DELETE'),
    permission,
    handle: deleteContactRoles,
    about: {
      summary: 'Delete a role of contacts',
      text: 'Contacts of deals keep what they are called. One role stays.',
      writes,
      errors: ['CANNOT_PROCESS'],
    },
  },
];
