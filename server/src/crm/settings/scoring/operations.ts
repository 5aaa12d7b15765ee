import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { bodyWith, found, oneById, query } from '../../kernel/description.ts';
import type { Method, Operation } from '../../kernel/operation.ts';
import { customization } from '../../kernel/permissions.ts';
import {
  anyObject,
  exactly,
  flag,
  id,
  idGiven,
  input,
  integer,
  listOf,
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
  time,
} from '../../kernel/schema.ts';
import { ifModifiedSince, moduleParameter, pageInfo, pages, pageToken } from '../../wire/openapi/parameters.ts';
import { fixed, module as moduleScope, settings } from '../../wire/scopes.ts';
import { getEntityScores, getScoresOfRecord, listEntityScores, scoreOrders } from './entity-scores.ts';
import { descriptionLength, nameLength, scoringLimits } from './read-rule.ts';
import { runScoringRules } from './run-rules.ts';
import {
  activateScoringRule,
  cloneScoringRule,
  createScoringRules,
  deleteScoringRules,
  getScoringRule,
  listScoringRules,
  scoringKey,
  updateScoringRules,
} from './scoring-rules.ts';

const path = 'settings/automation/scoring_rules';
const one = `${path}/{scoring_rule}`;
const scores = 'Entity_Scores__s';
const since = 3;
const scopesOf = (operation: ScopeOperation) => settings('scoring_rules', operation);
const scoreScopes = fixed('ZohoCRM.modules.entity_scores.READ');

const fieldRule = shape({ id, score: integer, criteria: anyObject });
const rule = named(
  'ScoringRule',
  shape({
    id,
    name: text,
    description: orNull(text),
    module: orNull(moduleReference),
    layout: orNull(shape({ api_name: orNull(text), id })),
    active: flag,
    field_rules: listOf(fieldRule),
    signal_rules: listOf(anyObject),
    created_time: time,
    modified_time: time,
    created_by: reference,
    modified_by: reference,
  }),
);
const score: Schema = { type: 'integer', minimum: -scoringLimits.score, maximum: scoringLimits.score };
const fieldRules = listOf(
  input(
    {},
    { id: idGiven, score, criteria: noted(anyObject, 'Conditions over fields of the module.'), _delete: orNull(flag) },
  ),
  { max: scoringLimits.fieldRules },
);
const signals = noted(listOf(anyObject), 'Empty: signals of other products do not reach the platform.');
const basics = { name: { type: 'string', maxLength: nameLength }, field_rules: fieldRules } as const;
const more = { description: orNull({ type: 'string', maxLength: descriptionLength }), signal_rules: signals };
const created = {
  layout: noted(referenceGiven, 'The rule scores the records of this layout only.'),
  active: flag,
};
const moduleGiven = input({}, { api_name: text, id: idGiven });
const writes = { key: scoringKey, status: 200, details: shape({ id }) } as const;
const filters = [
  query('layout_id', 'Id of a layout: the rules that score its records.', id),
  query('active', 'Whether only active rules are meant, or only others.', oneOf('true', 'false', 'both')),
  query('name', 'Name of a rule.'),
];
const ruleErrors = ['DUPLICATE_DATA', 'LIMIT_EXCEEDED', 'NOT_SUPPORTED', 'INVALID_FIELD'] as const;

const orNullInteger = orNull(integer);
const entry = named(
  'EntityScore',
  shape(
    { id, $field_states: { type: 'null' }, $zia_visions: { type: 'null' } },
    {
      Score: integer,
      Positive_Score: integer,
      Negative_Score: integer,
      Touch_Point_Score: orNullInteger,
      Touch_Point_Positive_Score: orNullInteger,
      Touch_Point_Negative_Score: orNullInteger,
      Scoring_Rule: shape({ name: text, id }),
      Entity: shape({ name: orNull(text), id, module: moduleReference }),
    },
  ),
);
const fields = query('fields', 'Names of fields of the entries, separated by commas.');
const oneRecord = oneById('data', entry);
const scoresFound = { ...oneRecord, 204: { description: 'There is no such record, or no score of it.' } };

const activation = (method: Method, active: boolean): Operation => ({
  ...{ method, path: `${one}/actions/activate`, scopes: scopesOf('UPDATE'), since, permission: customization },
  handle: activateScoringRule(active),
  about: {
    summary: active ? 'Activate a scoring rule' : 'Deactivate a scoring rule',
    text: active ? 'A job scores the records that are there.' : 'Its scores are gone at once.',
    writes,
    errors: ['LIMIT_EXCEEDED'],
  },
});

/** Rules that score records, and the scores. */
export const scoringOperations: readonly Operation[] = [
  {
    ...{ method: 'GET', path, scopes: scopesOf('READ'), since },
    handle: listScoringRules,
    about: {
      summary: 'List scoring rules',
      query: [{ ...moduleParameter, required: false, errors: ['INVALID_MODULE'] }, ...filters, ...pages],
      answers: found(scoringKey, rule, { info: pageInfo }),
    },
  },
  {
    ...{ method: 'POST', path, scopes: scopesOf('CREATE'), since, permission: customization },
    handle: createScoringRules,
    about: {
      summary: 'Create scoring rules',
      text: 'Each field rule whose conditions a record fulfils adds its score. Records are scored whenever they are written, and those that are there by a job.',
      body: bodyWith(
        scoringKey,
        input({ ...basics, module: moduleGiven }, { ...more, ...created }),
        scoringLimits.items,
      ),
      writes: { ...writes, status: 201 },
      errors: ruleErrors,
    },
  },
  {
    ...{ method: 'PUT', path, scopes: scopesOf('UPDATE'), since, permission: customization },
    handle: updateScoringRules,
    about: {
      summary: 'Change scoring rules',
      text: 'Field rules that are not mentioned stay; one with _delete goes.',
      body: bodyWith(scoringKey, input({ id: idGiven }, { ...basics, ...more }), scoringLimits.items),
      writes,
      errors: ruleErrors,
    },
  },
  {
    ...{ method: 'DELETE', path, scopes: scopesOf('DELETE'), since, permission: customization },
    handle: deleteScoringRules,
    about: {
      summary: 'Delete scoring rules',
      query: [{ ...query('ids', 'Ids, separated by commas.'), required: true, errors: ['REQUIRED_PARAM_MISSING'] }],
      writes,
      errors: ['LIMIT_EXCEEDED', 'UNABLE_TO_PARSE_DATA_TYPE'],
    },
  },
  {
    ...{ method: 'GET', path: one, scopes: scopesOf('READ'), since },
    handle: getScoringRule,
    about: {
      summary: 'Get a scoring rule',
      query: filters,
      answers: { ...oneById(scoringKey, rule), 204: { description: 'There is no such thing.' } },
    },
  },
  {
    ...{ method: 'PUT', path: one, scopes: scopesOf('UPDATE'), since, permission: customization },
    handle: updateScoringRules,
    about: {
      summary: 'Change a scoring rule',
      body: bodyWith(scoringKey, input({}, { ...basics, ...more }), 1),
      writes,
      errors: ruleErrors,
    },
  },
  {
    ...{ method: 'DELETE', path: one, scopes: scopesOf('DELETE'), since, permission: customization },
    handle: deleteScoringRules,
    about: { summary: 'Delete a scoring rule', writes },
  },
  activation('PUT', true),
  activation('DELETE', false),
  {
    ...{ method: 'POST', path: `${one}/actions/clone`, scopes: scopesOf('CREATE'), since, permission: customization },
    handle: cloneScoringRule,
    about: {
      summary: 'Copy a scoring rule',
      text: 'The copy is not active.',
      writes,
      errors: ['LIMIT_EXCEEDED'],
    },
  },
  {
    ...{ method: 'PUT', path: '{module}/actions/run_scoring_rules', scopes: scopesOf('UPDATE'), since },
    permission: customization,
    handle: runScoringRules,
    about: {
      summary: 'Score the records of a module anew',
      text: 'By a job. Scores follow every change of a record or a rule by themselves.',
      body: input(
        {},
        {
          scoring_rules: noted(listOf(idGiven, { max: scoringLimits.active }), 'Ids of active rules.'),
          layout: noted(referenceGiven, 'A layout of the module.'),
        },
      ),
      bodyOptional: true,
      answers: {
        200: {
          json: shape({
            code: exactly('SUCCESS'),
            details: shape({ job_id: id }),
            message: text,
            status: exactly('success'),
          }),
        },
      },
      errors: ['NOT_SUPPORTED', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
    },
  },
  {
    ...{ method: 'GET', path: scores, scopes: scoreScopes, since },
    handle: listEntityScores,
    about: {
      summary: 'List the scores of records',
      text: 'One entry for each record and active rule; its id is that of the record. per_page and count mean records.',
      query: [
        fields,
        query('cvid', 'Id of a custom view: records in it.', id),
        query('ids', 'Ids of records, separated by commas.'),
        query('sort_by', 'What records are sorted by.', oneOf(...scoreOrders)),
        query('sort_order', 'Default: desc.', oneOf('asc', 'desc')),
        ...pages,
        pageToken,
      ],
      headers: [ifModifiedSince],
      answers: { ...found('data', entry, { info: anyObject }), 304: { description: 'Nothing has changed since.' } },
    },
  },
  {
    ...{ method: 'GET', path: `${scores}/{scored}`, scopes: scoreScopes, since },
    handle: getEntityScores,
    about: { summary: 'Get the scores of a record of any module', query: [fields], answers: scoresFound },
  },
  {
    method: 'GET',
    path: `{module}/{id}/${scores}`,
    scopes: (names) => [...scoreScopes(names), ...moduleScope('READ')(names)],
    since,
    handle: getScoresOfRecord,
    about: { summary: 'Get the scores of a record', query: [fields], answers: scoresFound },
  },
];
