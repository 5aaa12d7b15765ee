import type { CrmCall } from '../context.ts';
import { idInvalid, Refusal } from '../errors.ts';
import { booleanParameter } from '../http/parameters.ts';
import type { Module } from '../metadata/metadata.ts';
import { readId } from '../organizations/ids.ts';
import { jsonKey } from '../query/column-sql.ts';
import type { ListScope } from '../records/list-records.ts';
import { territoryKind } from './record-territories.ts';
import { withBelow } from './territory.ts';
import { checkTerritories } from './territory-answer.ts';

/**
 * What `territory_id` leaves of a list, with `include_child` also what is in the territories below; undefined without
 * it. The records come from `crm_reference`, so that the time follows from how many the territories have.
 */
export function territoryScope(call: CrmCall, module: Module): ListScope | undefined {
  const below = booleanParameter(call.query, 'include_child');
  const given = call.query.get('territory_id');
  if (!given) return undefined;
  const { field } = territoryKind(module);
  checkTerritories(call);
  const { space } = call;
  const territory = space.territory(readId(given) ?? '');
  if (!territory) throw new Refusal('INVALID_DATA', { details: { param_name: 'territory_id' }, message: idInvalid });
  const ids = below ? [...withBelow(space.contents.territories, territory.id)] : [territory.id];
  return {
    key: `territory ${ids.join(',')}`,
    among: (parameter) => {
      const wanted = parameter(ids);
      return `record_id = ANY (ARRAY(SELECT record_id FROM crm_reference
           WHERE data_space = ${parameter(space.dataSpace)} AND target_id = ANY (${wanted}::bigint[])
             AND module = ${parameter(module.number)} AND field = '${field}.territory'))
         AND EXISTS (SELECT FROM jsonb_array_elements(data -> ${jsonKey(field)}) AS place
                     WHERE place ->> 'territory' = ANY (${wanted}::bigint[]::text[]))`;
    },
  };
}
