import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { always, bodyWith, found, oneById } from '../../kernel/description.ts';
import type { Method, Operation } from '../../kernel/operation.ts';
import {
  anyObject,
  flag,
  id,
  idGiven,
  input,
  integer,
  moduleReference,
  named,
  noted,
  oneOf,
  orNull,
  reference,
  referenceGiven,
  type Schema,
  shape,
  text,
} from '../../kernel/schema.ts';
import { shareTypes } from '../../kernel/space/setting.ts';
import { moduleParameter as moduleOf, pageInfo, pages } from '../../wire/openapi/parameters.ts';
import { settings } from '../../wire/scopes.ts';
import { listDataSharing, maxModules, updateDataSharing } from './data-sharing.ts';
import {
  activateSharingRule,
  createSharingRules,
  deleteSharingRule,
  getSharingRule,
  listSharingRules,
  ruleLimits,
  rulePermissions,
  ruleTypes,
  runSharingRules,
  searchSharingRules,
  sideTypes,
  summarizeSharingRules,
  updateSharingRules,
} from './sharing-rules.ts';

const path = 'settings/data_sharing/rules';
const one = `${path}/{sharing_rule}`;
const permission = 'Crm_Implied_Manage_Data_Sharing';
const scopesOf = (operation: ScopeOperation) => settings('data_sharing', operation);

const module = shape({ api_name: text, name: text, id });
const side = named(
  'SharingSide',
  shape({ type: oneOf(...sideTypes), resource: orNull(reference), subordinates: flag }),
);
const rule = named(
  'SharingRule',
  shape({
    id,
    name: text,
    type: oneOf(...ruleTypes),
    module: orNull(module),
    shared_from: orNull(side),
    shared_to: side,
    criteria: orNull(anyObject),
    permission_type: oneOf(...rulePermissions),
    superiors_allowed: flag,
    status: oneOf('active', 'inactive'),
    match_limit_exceeded: flag,
  }),
);
const sideGiven = input({ type: oneOf(...sideTypes) }, { resource: referenceGiven, subordinates: flag });
const name: Schema = { type: 'string', maxLength: 100 };
const basics = { name, type: oneOf(...ruleTypes), shared_to: sideGiven, permission_type: oneOf(...rulePermissions) };
const more = {
  shared_from: noted(sideGiven, 'The owners whose records are shared, for Record_Owner_Based.'),
  criteria: noted(anyObject, 'Conditions over fields of the module, for Criteria_Based.'),
  superiors_allowed: noted(flag, 'Those above in the hierarchy of roles see the records, too.'),
  status: oneOf('active', 'inactive'),
};
const writes = { key: 'sharing_rules', status: 200, details: shape({ id }) } as const;
const ofModule = { ...moduleOf, errors: ['INVALID_MODULE', 'REQUIRED_PARAM_MISSING'] } as const;
const maybeModule = { ...ofModule, required: false } as const;
const summary = shape({ module, rule_count: integer, rule_computation_status: flag });
const filters = input({
  filters: noted({}, 'Conditions over name, type, status and permission_type; all have to hold.'),
});
const criteriaErrors = ['DUPLICATE_DATA', 'LIMIT_EXCEEDED'] as const;

const activation = (method: Method, active: boolean): Operation => ({
  method,
  path: `${one}/actions/activate`,
  scopes: scopesOf('UPDATE'),
  permission,
  handle: activateSharingRule(active),
  about: { summary: active ? 'Activate a sharing rule' : 'Deactivate a sharing rule', query: [ofModule], writes },
});

/** How far records are open to whom: by module, and by rules. */
export const dataSharingOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: 'settings/data_sharing',
    scopes: scopesOf('READ'),
    handle: listDataSharing,
    about: {
      summary: 'List how far records of each module are open to everybody',
      answers: always(
        'data_sharing',
        shape({
          module: moduleReference,
          share_type: oneOf(...shareTypes),
          public_in_portals: flag,
          rule_computation_running: flag,
        }),
      ),
    },
  },
  {
    method: 'PUT',
    path: 'settings/data_sharing',
    scopes: scopesOf('UPDATE'),
    permission,
    handle: updateDataSharing,
    about: {
      summary: 'Say how far records of modules are open to everybody',
      text: 'private: who owns them and those above, and whom rules name; public_read_only: all see them.',
      body: bodyWith(
        'data_sharing',
        input(
          { module: input({}, { api_name: text, id: idGiven }), share_type: oneOf(...shareTypes) },
          { public_in_portals: flag },
        ),
        maxModules,
      ),
      writes: { key: 'data_sharing', status: 200, details: shape({ module: moduleReference }) },
    },
  },
  {
    method: 'GET',
    path,
    scopes: scopesOf('READ'),
    handle: listSharingRules,
    about: {
      summary: 'List the sharing rules of a module',
      query: [ofModule, ...pages],
      answers: found('sharing_rules', rule, { info: pageInfo }),
    },
  },
  {
    method: 'POST',
    path,
    scopes: scopesOf('CREATE'),
    permission,
    handle: createSharingRules,
    about: {
      summary: 'Create sharing rules of a module',
      query: [ofModule],
      body: bodyWith('sharing_rules', input(basics, more), ruleLimits.items),
      writes: { ...writes, status: 201 },
      errors: criteriaErrors,
    },
  },
  {
    method: 'PUT',
    path,
    scopes: scopesOf('UPDATE'),
    permission,
    handle: updateSharingRules,
    about: {
      summary: 'Change sharing rules of a module',
      query: [ofModule],
      body: bodyWith('sharing_rules', input({ id: idGiven }, { ...basics, ...more }), ruleLimits.items),
      writes,
      errors: criteriaErrors,
    },
  },
  {
    method: 'GET',
    path: one,
    scopes: scopesOf('READ'),
    handle: getSharingRule,
    about: { summary: 'Get a sharing rule', query: [ofModule], answers: oneById('sharing_rules', rule) },
  },
  {
    method: 'PUT',
    path: one,
    scopes: scopesOf('UPDATE'),
    permission,
    handle: updateSharingRules,
    about: {
      summary: 'Change a sharing rule',
      query: [ofModule],
      body: bodyWith('sharing_rules', input({}, { ...basics, ...more }), 1),
      writes,
      errors: criteriaErrors,
    },
  },
  {
    method: 'DELETE',
    path: one,
    scopes: scopesOf('DELETE'),
    permission,
    handle: deleteSharingRule,
    about: { summary: 'Delete a sharing rule', query: [ofModule], writes },
  },
  activation('PUT', true),
  activation('DELETE', false),
  {
    method: 'POST',
    path: `${path}/search`,
    scopes: scopesOf('READ'),
    keyless: true,
    handle: searchSharingRules,
    about: {
      summary: 'Search the sharing rules of a module',
      query: [ofModule, ...pages],
      body: filters,
      answers: found('sharing_rules', rule, { info: pageInfo }),
    },
  },
  {
    method: 'GET',
    path: `${path}/actions/summary`,
    scopes: scopesOf('READ'),
    handle: summarizeSharingRules(false),
    about: {
      summary: 'Count the sharing rules of modules',
      query: [maybeModule],
      answers: found('sharing_rules_summary', summary),
    },
  },
  {
    method: 'POST',
    path: `${path}/actions/summary`,
    scopes: scopesOf('READ'),
    keyless: true,
    handle: summarizeSharingRules(true),
    about: {
      summary: 'Count some of the sharing rules of modules',
      query: [maybeModule],
      body: filters,
      answers: found('sharing_rules_summary', summary),
    },
  },
  {
    method: 'POST',
    path: `${path}/actions/run`,
    scopes: scopesOf('UPDATE'),
    permission,
    keyless: true,
    handle: runSharingRules,
    about: {
      summary: 'Put the sharing rules of a module into effect',
      text: 'They are already: rules hold from the moment on in which they are written.',
      query: [ofModule],
      writes: { ...writes, details: shape({ module: moduleReference }) },
    },
  },
];
