import { heavyItems } from '../../kernel/cost.ts';
import { always, bodyWith, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  anyObject,
  either,
  exactly,
  flag,
  id,
  idGiven,
  input,
  integer,
  listOf,
  noted,
  oneOf,
  referenceGiven,
  shape,
  text,
} from '../../kernel/schema.ts';
import { ifUnmodifiedSince } from '../../wire/openapi/parameters.ts';
import { anyOf, module, perModule } from '../../wire/scopes.ts';
import { changeOwnerOfOne, changeOwners, massChangeOwner } from './change-owner.ts';
import { massConvert, massConvertStatus } from './mass-convert-inventory.ts';
import { massDelete } from './mass-delete.ts';
import { massJobStatus, maxRecords } from './mass-jobs.ts';
import { maxMassIds } from './mass-request.ts';
import { massUpdate } from './mass-update.ts';

const ids = listOf(idGiven, { min: 1, max: maxMassIds });
const cvid = noted(idGiven, `A custom view, instead of ids: a job changes its records, at most ${maxRecords}.`);
const territory = noted(input({ id: idGiven }, { include_child: flag }), 'Only records of this territory; with cvid.');
const target = { ids, cvid, territory };
const writes = { key: 'data', status: 200, details: shape({ id }) } as const;
/** The records by id, or the job that was made. */
const writesOrJob = { ...writes, details: either(shape({ id }), shape({ job_id: id })) } as const;
const scheduling = ['ALREADY_SCHEDULED', 'RECORD_COUNT_LIMIT_EXCEEDED', 'AMBIGUITY_DURING_PROCESSING'] as const;
const related = {
  related_modules: noted(
    listOf(input({ api_name: text }, { id: idGiven })),
    'Records that get the same owner: their module and id; without an id all of the module that point to these.',
  ),
  notify: noted(flag, 'Whether the new owner is told by mail.'),
};

const jobParameter = { ...query('job_id', 'Id of the job.', id), required: true };
const Status = oneOf('SCHEDULED', 'RUNNING', 'COMPLETED', 'FAILED');
const counts = { Status, Failed_Count: integer, Total_Count: integer };
const updateCounts = shape({ ...counts, Updated_Count: integer, Not_Updated_Count: integer });

const convertTo = listOf(input({ module: input({ api_name: text }, { id: idGiven }) }, { carry_over_tags: flag }), {
  min: 1,
});
const convertCounts = shape({
  status: Status,
  converted_count: integer,
  failed_count: integer,
  not_converted_count: integer,
  total_count: integer,
});

/** Changes of many records with one call. */
export const massOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: '{module}/actions/mass_convert',
    scopes: module('CREATE'),
    cost: heavyItems(maxMassIds),
    since: 6,
    keyless: true,
    handle: massConvert,
    about: {
      summary: 'Convert many quotes or sales orders',
      text: 'A job converts them, each by itself: into sales orders and invoices. The module is Quotes or Sales_Orders.',
      body: input({ convert_to: convertTo, ids }, { assign_to: referenceGiven, related_modules: listOf(anyObject) }),
      answers: {
        200: {
          json: shape({
            code: exactly('SCHEDULED'),
            details: shape({ job_id: id }),
            message: text,
            status: exactly('success'),
          }),
        },
      },
      errors: ['DUPLICATE_DATA'],
    },
  },
  {
    method: 'GET',
    path: '{module}/actions/mass_convert',
    scopes: module('READ'),
    since: 6,
    handle: massConvertStatus,
    about: {
      summary: 'Tell how far a conversion of many records is',
      query: [jobParameter],
      answers: always('data', convertCounts),
    },
  },
  {
    method: 'POST',
    path: '{module}/actions/mass_delete',
    scopes: perModule('mass_delete', 'DELETE'),
    cost: heavyItems(500),
    handle: massDelete,
    about: {
      summary: 'Delete many records',
      body: input({}, target),
      writes: { ...writesOrJob, failedStatus: 200 },
      errors: ['RECORD_LOCKED', ...scheduling],
    },
  },
  {
    method: 'GET',
    path: '{module}/actions/mass_delete',
    scopes: anyOf(perModule('mass_delete', 'READ'), perModule('mass_delete', 'DELETE')),
    handle: massJobStatus('mass_delete'),
    about: {
      summary: 'Get the state of a mass deletion',
      query: [jobParameter],
      answers: always('data', shape({ ...counts, Deleted_Count: integer })),
      errors: ['REQUIRED_PARAM_MISSING'],
    },
  },
  {
    method: 'POST',
    path: '{module}/actions/mass_update',
    scopes: perModule('mass_update', 'UPDATE', 'UPDATE'),
    cost: heavyItems(500),
    handle: massUpdate,
    about: {
      summary: 'Give many records the same value',
      text: 'One field a call, three of deals.',
      headers: [ifUnmodifiedSince],
      body: bodyWith('data', anyObject, 1, {
        ...target,
        over_write: noted(flag, 'Whether choices replace those of a record instead of being added to them.'),
      }),
      writes: { ...writesOrJob, mixedStatus: 200, failedStatus: 200 },
      errors: [
        'RECORD_LOCKED',
        'DUPLICATE_DATA',
        'DEPENDENT_FIELD_MISSING',
        'DEPENDENT_MISMATCH',
        'NOT_APPROVED',
        ...scheduling,
      ],
    },
  },
  {
    method: 'GET',
    path: '{module}/actions/mass_update',
    scopes: anyOf(perModule('mass_update', 'READ'), perModule('mass_update', 'UPDATE', 'UPDATE')),
    handle: massJobStatus('mass_update'),
    about: {
      summary: 'Get the state of a mass update',
      query: [jobParameter],
      answers: always('data', updateCounts),
      errors: ['REQUIRED_PARAM_MISSING'],
    },
  },
  {
    method: 'POST',
    path: '{module}/actions/change_owner',
    scopes: perModule('change_owner', 'CREATE'),
    cost: heavyItems(500),
    handle: changeOwners,
    about: {
      summary: 'Change the owner of many records',
      body: input({ ids, owner: referenceGiven }, related),
      writes: { ...writes, mixedStatus: 202 },
      errors: ['RECORD_LOCKED'],
    },
  },
  {
    method: 'POST',
    path: '{module}/{id}/actions/change_owner',
    scopes: perModule('change_owner', 'CREATE'),
    handle: changeOwnerOfOne,
    about: {
      summary: 'Change the owner of a record',
      body: input({ owner: referenceGiven }, related),
      writes,
      errors: ['RECORD_LOCKED'],
    },
  },
  {
    method: 'POST',
    path: '{module}/actions/mass_change_owner',
    scopes: perModule('change_owner', 'CREATE'),
    since: 6,
    handle: massChangeOwner,
    about: {
      summary: 'Change the owner of the records of a custom view',
      text: 'A job does it.',
      body: input({ cvid, owner: referenceGiven }, { territory }),
      writes: { ...writes, details: shape({ job_id: id }) },
      errors: scheduling,
    },
  },
  {
    method: 'GET',
    path: '{module}/actions/mass_change_owner',
    scopes: anyOf(perModule('change_owner', 'READ'), perModule('change_owner', 'CREATE')),
    since: 6,
    handle: massJobStatus('mass_owner'),
    about: {
      summary: 'Get the state of a mass change of owner',
      query: [jobParameter],
      answers: always('data', updateCounts),
      errors: ['REQUIRED_PARAM_MISSING'],
    },
  },
];
