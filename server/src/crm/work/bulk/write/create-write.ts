import { showUserBriefly } from '../../../fields/model/view.ts';
import { addJob } from '../../../jobs/job-table.ts';
import type { CrmAnswer, CrmCall } from '../../../kernel/call.ts';
import { Refusal } from '../../../kernel/errors.ts';
import { readId } from '../../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../../kernel/json-body.ts';
import { type Module, servesRecords } from '../../../kernel/metadata/metadata.ts';
import { mayUse } from '../../../records/record-module.ts';
import { checkScope, readBulkBody } from '../bulk-body.ts';
import { readCallback } from '../callback.ts';
import { checkFindBy, readMappings } from './read-mappings.ts';
import { notBegun, type WriteOperation, type WriteRequest, type WriteResource } from './write-request.ts';

export const writeOperations: readonly WriteOperation[] = ['insert', 'update', 'upsert'];
export const maxResources = 10;
/** As the wire names them, and as the platform's decoder does. */
const encodings: Readonly<Record<string, string>> = {
  'UTF-8': 'utf-8',
  'UTF-16': 'utf-16le',
  'UTF-16LE': 'utf-16le',
  'UTF-16BE': 'utf-16be',
  'ISO-8859-1': 'windows-1252',
  'WINDOWS-1252': 'windows-1252',
  'US-ASCII': 'windows-1252',
  SHIFT_JIS: 'shift_jis',
  GB18030: 'gb18030',
};
export const encodingNames = Object.keys(encodings);

/** POST /crm/bulk/{version}/write: accepts a bulk write (crm-api 9.2). */
export async function createWrite(call: CrmCall): Promise<CrmAnswer> {
  const body = readBulkBody(call);
  const callback = readCallback(body.callback);
  const operation = readOperation(body.operation);
  const characterEncoding = readEncoding(body.character_encoding);
  const resources = await readResources(call, body, operation);
  const request: WriteRequest = {
    version: call.version.name,
    origin: call.origin,
    operation,
    encoding: encodings[characterEncoding.toUpperCase()] as string,
    characterEncoding,
    resources,
    ...(callback ? { callback } : {}),
  };
  const progress = { resources: resources.map(() => notBegun) };
  const id = await addJob(call, { operation: 'write', request, progress });
  return {
    status: 201,
    json: {
      status: 'success',
      code: 'SUCCESS',
      message: 'success',
      details: { id, created_by: showUserBriefly(call.space, call.user.id) },
    },
  };
}

function readOperation(raw: unknown): WriteOperation {
  if (raw === undefined || raw === null) throw missing('operation', '$.operation');
  if ((writeOperations as readonly unknown[]).includes(raw)) return raw as WriteOperation;
  throw invalid('operation', '$.operation', { supported_values: writeOperations });
}

function readEncoding(raw: unknown): string {
  if (raw === undefined || raw === null) return 'UTF-8';
  if (typeof raw === 'string' && Object.hasOwn(encodings, raw.toUpperCase())) return raw;
  throw invalid('character_encoding', '$.character_encoding', { supported_values: Object.keys(encodings) });
}

async function readResources(call: CrmCall, body: JsonObject, operation: WriteOperation): Promise<WriteResource[]> {
  const { resource, ignore_empty } = body;
  if (resource === undefined || resource === null) throw missing('resource', '$.resource');
  if (!Array.isArray(resource)) throw invalid('resource', '$.resource', { expected_data_type: 'jsonarray' });
  if (resource.length === 0) throw missing('resource', '$.resource');
  if (resource.length > maxResources) {
    throw new Refusal('LIMIT_EXCEEDED', { details: { limit: maxResources, api_name: 'resource' } });
  }
  const modules = resource.map((raw, index) => {
    const path = `$.resource[${index}]`;
    if (!isJsonObject(raw)) throw invalid('resource', path, { expected_data_type: 'jsonobject' });
    if (raw.type !== undefined && raw.type !== 'data')
      throw invalid('type', `${path}.type`, { supported_values: ['data'] });
    return writtenModule(call, raw.module, `${path}.module`);
  });
  const parents = modules.map((module, index) => parentOf(module, modules.slice(0, index), `$.resource[${index}]`));
  const resources: WriteResource[] = [];
  for (const [index, module] of modules.entries()) {
    const path = `$.resource[${index}]`;
    const raw = resource[index] as JsonObject;
    const parent = parents[index] as number | null;
    const holder = parent === null ? module : (modules[parent] as Module);
    checkAccess(call, holder, operation);
    // Rows of a subform are told apart by the records that they belong to.
    const findBy = parent === null ? checkFindBy(module, raw.find_by, operation, path) : null;
    const subforms = modules.flatMap((each, place) => (parents[place] === index ? [each.parentField ?? ''] : []));
    const task = { call, module, operation, subforms, before: modules.slice(0, index), isSubform: parent !== null };
    const mappings = readMappings(task, raw.field_mappings, path);
    const ignoreEmpty = readFlag(raw.ignore_empty ?? ignore_empty, `${path}.ignore_empty`);
    const file = await findUpload(call, module, raw, path);
    resources.push({ module: module.apiName, ...file, findBy, ignoreEmpty, mappings, parent });
  }
  return resources;
}

/** The module of a resource: one of records, or a subform. @throws Refusal MANDATORY_NOT_FOUND, MODULE_NOT_AVAILABLE */
function writtenModule(call: CrmCall, raw: unknown, jsonPath: string): Module {
  const name = isJsonObject(raw) ? raw.api_name : raw;
  const details = { api_name: 'module', json_path: jsonPath };
  if (name === undefined || name === null || name === '') throw missing('module', jsonPath);
  const module = typeof name === 'string' ? call.space.metadata.find(name) : undefined;
  if (module && (servesRecords(module) || module.generatedType === 'subform')) return module;
  const message = `Requested module '${String(name).slice(0, 100)}' is not available.`;
  throw new Refusal('MODULE_NOT_AVAILABLE', { details, message });
}

/** The place of the resource that the rows of a subform come with; null for modules of records. */
function parentOf(module: Module, before: readonly Module[], path: string): number | null {
  if (module.generatedType !== 'subform') return null;
  const place = before.findIndex(({ apiName }) => apiName === module.parentModule);
  if (place >= 0) return place;
  throw new Refusal('MODULE_NOT_AVAILABLE', {
    details: { api_name: 'module', json_path: `${path}.module` },
    message: `Rows of '${module.apiName}' are written with their '${module.parentModule}', in a resource before.`,
  });
}

function checkAccess(call: CrmCall, module: Module, operation: WriteOperation): void {
  const scope = (name: string) => `ZohoCRM.modules.${module.scopeToken}.${name}`;
  if (operation !== 'update') {
    checkScope(call, scope('CREATE'));
    mayUse(call, module, 'Create');
  }
  if (operation !== 'insert') {
    checkScope(call, scope('UPDATE'));
    mayUse(call, module, 'Edit');
  }
}

function readFlag(raw: unknown, path: string): boolean {
  if (raw === undefined || raw === null) return false;
  if (typeof raw === 'boolean') return raw;
  throw invalid('ignore_empty', path, { expected_data_type: 'boolean' });
}

/** The CSV file that a resource names: the first of `file_names`, one that is called like the module, or the only one. */
async function findUpload(
  call: CrmCall,
  module: Module,
  raw: JsonObject,
  path: string,
): Promise<Pick<WriteResource, 'fileId' | 'fileName'>> {
  const place = { api_name: 'file_id', json_path: `${path}.file_id` };
  if (raw.file_id === undefined || raw.file_id === null) throw missing(place.api_name, place.json_path);
  const id = readId(raw.file_id);
  const [upload] = id
    ? await call.store.database.query<{ file_id: string; entries: string[] }>({
        text: `SELECT file_id, entries FROM crm_bulk_upload WHERE data_space = $1 AND upload_id = $2 AND created_by = $3`,
        values: [call.space.dataSpace, id, call.user.id],
      })
    : [];
  if (!upload) throw new Refusal('INVALID_FILE_ID', { details: place });
  const names: unknown = raw.file_names;
  const wanted = Array.isArray(names) && names.length > 0 ? names : undefined;
  const own = upload.entries.find((name) => name.toLowerCase() === `${module.apiName.toLowerCase()}.csv`);
  const fileName = wanted
    ? upload.entries.find((name) => name === wanted[0])
    : (own ?? (upload.entries.length === 1 ? upload.entries[0] : undefined));
  if (fileName === undefined || (wanted && wanted.length > 1)) {
    throw new Refusal('FILE_NOT_SUPPORTED', { details: { api_name: 'file_names', json_path: `${path}.file_names` } });
  }
  return { fileId: upload.file_id, fileName };
}

function missing(api_name: string, json_path: string): Refusal {
  return new Refusal('MANDATORY_NOT_FOUND', { details: { api_name, json_path } });
}

function invalid(api_name: string, json_path: string, details: object): Refusal {
  return new Refusal('INVALID_DATA', { details: { ...details, api_name, json_path } });
}
