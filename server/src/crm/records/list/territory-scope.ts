import type { CrmCall } from '../../kernel/call.ts';
import { type ErrorDetails, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { checkTerritories, territoryKind } from '../../kernel/space/territory-kind.ts';
import { withBelow } from '../../kernel/space/territory-rules.ts';
import { jsonKey } from '../../language/query/column-sql.ts';
import { booleanParameter } from '../../wire/parameters.ts';
import type { ListScope } from './list-scope.ts';

/** What `territory_id` leaves of a list, with `include_child` also what is in the territories below; undefined without it. */
export function territoryScope(call: CrmCall, module: Module): ListScope | undefined {
  const below = booleanParameter(call.query, 'include_child');
  const given = call.query.get('territory_id');
  if (!given) return undefined;
  return scopeOf(call, module, given, below === true, { param_name: 'territory_id' });
}

/** The same for `"territory":{"id","include_child"}` in a body. @throws Refusal INVALID_DATA, INVALID_MODULE, FEATURE_NOT_ENABLED. */
export function territoryScopeIn(call: CrmCall, module: Module, raw: unknown): ListScope | undefined {
  if (raw === undefined || raw === null) return undefined;
  const place = (name: string) => ({ api_name: name, json_path: `$.territory.${name}` });
  if (!isJsonObject(raw)) {
    const details = { expected_data_type: 'jsonobject', api_name: 'territory', json_path: '$.territory' };
    throw new Refusal('INVALID_DATA', { details });
  }
  if (raw.id === undefined || raw.id === null) throw new Refusal('MANDATORY_NOT_FOUND', { details: place('id') });
  const below = raw.include_child ?? false;
  if (typeof below !== 'boolean') {
    throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'boolean', ...place('include_child') } });
  }
  return scopeOf(call, module, raw.id, below, place('id'));
}

/** The records come from `crm_reference`, so that the time follows from how many the territories have. */
function scopeOf(call: CrmCall, module: Module, given: unknown, below: boolean, details: ErrorDetails): ListScope {
  const { field } = territoryKind(module);
  checkTerritories(call);
  const { space } = call;
  const territory = space.territory(readId(given) ?? '');
  if (!territory) throw new Refusal('INVALID_DATA', { details, message: idInvalid });
  const ids = below ? [...withBelow(space.contents.territories, territory.id)] : [territory.id];
  return {
    key: `territory ${ids.join(',')}`,
    among: (parameter) => {
      const wanted = parameter(ids);
      return `record_id = ANY (ARRAY(SELECT record_id FROM crm_reference
           WHERE data_space = ${parameter(space.dataSpace)} AND target_id = ANY (${wanted}::bigint[])
             AND module = ${parameter(module.number)} AND field = '${field}.territory'))
         AND EXISTS (SELECT 1 FROM jsonb_array_elements(data -> ${jsonKey(field)}) AS place
                     WHERE place ->> 'territory' = ANY (${wanted}::bigint[]::text[]))`;
    },
  };
}
