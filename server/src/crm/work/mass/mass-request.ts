import type { CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { findView, viewInvalid } from '../../records/list/find-view.ts';
import type { ListScope } from '../../records/list/list-scope.ts';
import type { CustomView } from '../../records/list/standard-views.ts';
import { territoryScopeIn } from '../../records/list/territory-scope.ts';

/** Most records of one call on many (crm-api 10). */
export const maxMassIds = 500;

/** Which records a mass action is about: some by id, at once, or those of a custom view, by a job. */
export type MassTarget = { readonly ids: readonly string[] } | ViewTarget;
export interface ViewTarget {
  readonly view: CustomView;
  readonly viewId: string;
  /** What a territory leaves of the view. */
  readonly within: ListScope | undefined;
}

/** @throws Refusal MANDATORY_NOT_FOUND, AMBIGUITY_DURING_PROCESSING, INVALID_DATA, LIMIT_EXCEEDED. */
export function readMassTarget(call: CrmCall, module: Module, body: JsonObject): MassTarget {
  const viewId = body.cvid ?? undefined;
  if (viewId === undefined) return { ids: readMassIds(body) };
  if ((body.ids ?? undefined) !== undefined) {
    const ambiguity_due_to = ['ids', 'cvid'].map((name) => ({ api_name: name, json_path: `$.${name}` }));
    throw new Refusal('AMBIGUITY_DURING_PROCESSING', { details: { ambiguity_due_to } });
  }
  return readViewTarget(call, module, body);
}

/** The same for an action that is done by jobs only. */
export function readViewTarget(call: CrmCall, module: Module, { cvid, territory }: JsonObject): ViewTarget {
  const place = { api_name: 'cvid', json_path: '$.cvid' };
  if (cvid === undefined || cvid === null) throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  const viewId = readId(cvid);
  const view = viewId === undefined ? undefined : findView(call.space, module, viewId);
  if (!view || viewId === undefined) throw new Refusal('INVALID_DATA', { details: place, message: viewInvalid });
  return { view, viewId, within: territoryScopeIn(call, module, territory) };
}

/** The `ids` of a body. @throws Refusal when there are none, too many, or something else among them. */
export function readMassIds(body: JsonObject): readonly string[] {
  const place = { api_name: 'ids', json_path: '$.ids' };
  if (body.ids === undefined || body.ids === null) throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  if (!Array.isArray(body.ids)) {
    throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'jsonarray', ...place } });
  }
  if (body.ids.length === 0) throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  const unique = [...new Set(body.ids.map(readId))];
  if (unique.length > maxMassIds) throw new Refusal('LIMIT_EXCEEDED', { details: { limit: maxMassIds, ...place } });
  if (unique.includes(undefined)) throw new Refusal('INVALID_DATA', { details: place, message: idInvalid });
  return unique as string[];
}
