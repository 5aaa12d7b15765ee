import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { always, bodyWith, query } from '../../kernel/description.ts';
import type { Method, Operation } from '../../kernel/operation.ts';
import {
  anyObject,
  flag,
  id,
  idGiven,
  input,
  integer,
  listOf,
  named,
  noted,
  oneOf,
  orNull,
  reference,
  shape,
  text,
} from '../../kernel/schema.ts';
import { settings } from '../../wire/scopes.ts';
import { getPipeline, listPipelines } from './read-pipelines.ts';
import { maxTransfers, transferPipelines } from './transfer.ts';
import { createPipelines, limits, updatePipeline, updatePipelines } from './write-pipelines.ts';

const path = 'settings/pipeline';
const scopesOf = (operation: ScopeOperation) => settings('pipeline', operation);

const stage = named(
  'PipelineStage',
  shape({
    display_value: text,
    actual_value: text,
    id: noted(id, 'Of the pick list value of the field Stage.'),
    sequence_number: integer,
    forecast_category: reference,
    forecast_type: oneOf('Open', 'Closed Won', 'Closed Lost'),
    colour_code: orNull(text),
  }),
);
const pipeline = named(
  'Pipeline',
  shape({
    id,
    display_value: text,
    actual_value: noted(text, 'What deals hold.'),
    default: flag,
    maps: listOf(stage),
    child_available: flag,
    parent: orNull(anyObject),
  }),
);
const stageGiven = input({ id: idGiven }, { sequence_number: integer, display_value: text });
const name = { type: 'string', maxLength: 120 };
const created = input({ display_value: name, maps: listOf(stageGiven, { min: 1, max: 200 }) }, { default: flag });
const goes = noted({}, 'Takes it away.');
const stageChanged = input({ id: idGiven }, { sequence_number: integer, display_value: text, _delete: goes });
const changes = { display_value: name, default: flag, maps: listOf(stageChanged, { max: 200 }), _delete: goes };
const layout = { ...query('layout_id', 'Id of the layout of deals.', id), required: true };
const writes = { key: 'pipeline', status: 200, details: shape({ id }) } as const;
const errors = ['DUPLICATE_DATA', 'CANNOT_PROCESS'] as const;
const ends = named('TransferEnds', input({ from: idGiven, to: idGiven }));

const updates = (method: Method): Operation[] => [
  {
    method,
    path,
    scopes: scopesOf('UPDATE'),
    handle: updatePipelines,
    about: {
      summary: 'Change or delete pipelines',
      query: [layout],
      body: bodyWith('pipeline', input({ id: idGiven }, changes), limits.items),
      writes,
      errors,
    },
  },
  {
    method,
    path: `${path}/{pipeline}`,
    scopes: scopesOf('UPDATE'),
    handle: updatePipeline,
    about: {
      summary: 'Change or delete a pipeline',
      text: 'Stages that maps does not name stay behind those that it names. A pipeline with deals cannot be deleted.',
      query: [layout],
      body: bodyWith('pipeline', input({}, changes), 1),
      writes,
      errors,
    },
  },
];

/** The ways that deals take through the stages. */
export const pipelineOperations: readonly Operation[] = [
  {
    method: 'GET',
    path,
    scopes: scopesOf('READ'),
    handle: listPipelines,
    about: { summary: 'List pipelines', query: [layout], answers: always('pipeline', pipeline) },
  },
  {
    method: 'POST',
    path,
    scopes: scopesOf('CREATE'),
    handle: createPipelines,
    about: {
      summary: 'Create pipelines',
      query: [layout],
      body: bodyWith('pipeline', created, limits.items),
      writes: { ...writes, status: 201 },
      errors,
    },
  },
  {
    method: 'GET',
    path: `${path}/{pipeline}`,
    scopes: scopesOf('READ'),
    handle: getPipeline,
    about: { summary: 'Get a pipeline', query: [layout], answers: always('pipeline', pipeline) },
  },
  ...updates('PUT'),
  ...updates('PATCH'),
  {
    method: 'POST',
    path: `${path}/actions/transfer`,
    scopes: scopesOf('CREATE'),
    handle: transferPipelines,
    about: {
      summary: 'Move the deals of pipelines to others',
      text: 'A job moves them and then deletes the pipelines that they leave. Each stage that the other pipeline lacks needs a place in stages.',
      query: [layout],
      body: bodyWith('transfer_pipeline', input({ pipeline: ends, stages: listOf(ends) }), maxTransfers),
      writes: { key: 'transfer_pipeline', status: 200, details: shape({ job_id: id }) },
      errors: ['MAPPING_MISMATCH'],
    },
  },
];
