import { isStorable } from '../fields/values/texts.ts';
import type { CrmCall } from '../kernel/call.ts';
import { Refusal } from '../kernel/errors.ts';
import { type Operation, partsOfPath } from '../kernel/operation.ts';

/** What bytes that are no UTF-8 become in a query. */
const noCharacter = '\ufffd';

const isText = (text: string): boolean => isStorable(text) && !text.includes(noCharacter);

/**
 * Refuses what no name, id or value can hold: control characters, and what is no UTF-8, in the path's values and in the
 * parameters, whether a handler reads them or not.
 * @throws Refusal INVALID_DATA, naming the place.
 */
export function checkAddress(
  { path, query }: Pick<CrmCall, 'path' | 'query'>,
  operation: Pick<Operation, 'path'>,
): void {
  for (const [index, value] of path.entries()) {
    if (!isText(value)) throw notText({ resource_path_index: placeOf(operation, index) });
  }
  if (query.size === 0) return;
  for (const [name, value] of query) {
    if (!isText(name) || !isText(value)) throw notText({ param_name: name.slice(0, 200) });
  }
}

/** Where the placeholder of that number stands among the parts of the path after the version (crm-api 12). */
function placeOf({ path }: Pick<Operation, 'path'>, placeholder: number): number {
  const parts = partsOfPath(path).rest.split('/');
  return parts.flatMap((part, place) => (part.startsWith('{') ? [place] : []))[placeholder] ?? placeholder;
}

function notText(details: Refusal['body']['details']): Refusal {
  return new Refusal('INVALID_DATA', { details, outcome: 'CharacterNotAllowed' });
}
