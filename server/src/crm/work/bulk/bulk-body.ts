import type { CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { isJsonObject, type JsonObject, readJsonBody } from '../../kernel/json-body.ts';
import { type Module, servesRecords } from '../../kernel/metadata/metadata.ts';

/**
 * The body of a bulk call, which must say that it is JSON (crm-api 9.1).
 * @throws Refusal MEDIA_TYPE_NOT_SUPPORTED, REQUEST_BODY_IS_EMPTY, INVALID_DATA.
 */
export function readBulkBody(call: CrmCall): JsonObject {
  const type = String(call.headers['content-type'] ?? '')
    .split(';')[0]
    ?.trim()
    .toLowerCase();
  if (type !== 'application/json') throw new Refusal('MEDIA_TYPE_NOT_SUPPORTED', { reason: { came: type } });
  if (call.body.length === 0) throw new Refusal('REQUEST_BODY_IS_EMPTY');
  return readJsonBody(call.body);
}

/**
 * The module that a body names: an object, or its name alone as in v2.
 * @throws Refusal MANDATORY_NOT_FOUND, INVALID_MODULE.
 */
export function readModule(call: CrmCall, raw: unknown, jsonPath: string): Module {
  const name = isJsonObject(raw) ? raw.api_name : raw;
  if (name === undefined || name === null || name === '') {
    throw new Refusal('MANDATORY_NOT_FOUND', { details: { api_name: 'module', json_path: jsonPath } });
  }
  const module = typeof name === 'string' ? call.space.metadata.find(name) : undefined;
  if (module && servesRecords(module)) return module;
  throw new Refusal('INVALID_MODULE', { details: { api_name: 'module', json_path: jsonPath } });
}

/** @throws Refusal OAUTH_SCOPE_MISMATCH unless the token has one of the scopes. */
export function checkScope({ grant }: CrmCall, ...alternatives: readonly string[]): void {
  if (alternatives.some((scope) => grant.scopes.covers(scope))) return;
  throw new Refusal('OAUTH_SCOPE_MISMATCH', {
    outcome: 'ScopeMissing',
    reason: { needed: alternatives, held: grant.scopes.toString() },
  });
}
