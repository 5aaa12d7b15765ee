import { type ErrorBody, errorBody } from '../../kernel/errors.ts';
import type { ItemChanges } from '../../kernel/record/changes.ts';
import type { DerivationProblem } from '../../kernel/record/draft.ts';
import type { RecordData } from '../../kernel/record/record.ts';

/** What creating and updating a record have in common once its values are read. */

/** Puts the item's tags, if it names any, into the data. */
export function withTags(data: RecordData, changes: ItemChanges, tagIds: ReadonlyMap<string, string>): void {
  if (changes.tagNames === null) return;
  const ids = changes.tagNames.map((name) => tagIds.get(name.toLowerCase())).filter((id) => id !== undefined);
  if (ids.length === 0) delete data.Tag;
  else data.Tag = ids;
}

/** Details that name another field, by its place in the item. */
const namingDetails = ['dependee', 'mapped_field'] as const;

/** A rule's refusal as the answer to the item at `jsonPath`. */
export function derivationFailure(problem: DerivationProblem, jsonPath: string): ErrorBody {
  const { code, details, apiName, message } = problem;
  const placed: Record<string, unknown> = { ...details };
  for (const key of namingDetails) {
    const named = details[key] as { api_name: string; json_path: string } | undefined;
    if (named) placed[key] = { ...named, json_path: `${jsonPath}.${named.json_path}` };
  }
  return errorBody(code, { ...placed, api_name: apiName, json_path: `${jsonPath}.${apiName}` }, message);
}
