import { found, oneById, withList } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  address,
  anyObject,
  exactly,
  id,
  input,
  listOf,
  named,
  noted,
  oneOf,
  orNull,
  reference,
  shape,
  text,
  time,
} from '../../kernel/schema.ts';
import { pages } from '../../wire/openapi/parameters.ts';
import { settings } from '../../wire/scopes.ts';
import { createExport, downloadExport, getExport, listExports } from './export-job.ts';

const exports = 'settings/audit_log_export';

const exportJob = named(
  'AuditLogExport',
  shape({
    id,
    status: oneOf('scheduled', 'in_progress', 'finished', 'failed', 'expired'),
    job_start_time: orNull(time),
    job_end_time: orNull(time),
    expiry_date: orNull(time),
    created_by: reference,
    criteria: orNull(anyObject),
    download_links: orNull(listOf(address)),
  }),
);
const scheduled = shape({
  status: exactly('success'),
  code: exactly('SCHEDULED'),
  message: text,
  details: shape({ id }),
});

/** Exports of the audit log. */
export const auditOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: exports,
    scopes: settings('audit_logs', 'CREATE'),
    handle: createExport,
    about: {
      summary: 'Export the audit log',
      text: 'For administrators. A job makes a zip file of what happened to records until now; without criteria, of everything.',
      body: input({
        audit_log_export: listOf(
          input({}, { criteria: noted(anyObject, 'Over audited_time, done_by, action and module.') }),
          { min: 1, max: 1 },
        ),
      }),
      bodyOptional: true,
      answers: { 200: { json: withList('audit_log_export', scheduled) } },
      errors: ['FORBIDDEN', 'LIMIT_EXCEEDED', 'MANDATORY_NOT_FOUND', 'INVALID_DATA'],
    },
  },
  {
    method: 'GET',
    path: exports,
    scopes: settings('audit_logs', 'READ'),
    handle: listExports,
    about: {
      summary: 'List the exports of the audit log',
      query: pages,
      answers: found('audit_log_export', exportJob),
      errors: ['FORBIDDEN'],
    },
  },
  {
    method: 'GET',
    path: `${exports}/{job}`,
    scopes: settings('audit_logs', 'READ'),
    handle: getExport,
    about: {
      summary: 'Get an export of the audit log',
      answers: oneById('audit_log_export', exportJob, 400),
      errors: ['FORBIDDEN', 'INVALID_DATA'],
    },
  },
  {
    method: 'GET',
    path: `${exports}/{job}/result`,
    scopes: settings('audit_logs', 'READ'),
    handle: downloadExport,
    about: {
      summary: 'Download an export of the audit log',
      text: 'For a week, and at most ten times a minute.',
      answers: { 200: { file: 'application/zip' } },
      errors: ['FORBIDDEN', 'INVALID_DATA', 'RESOURCE_NOT_FOUND'],
    },
  },
];
