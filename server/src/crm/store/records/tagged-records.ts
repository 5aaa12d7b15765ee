import { changeEffect, toldPart } from './write-effects.ts';

/** Parts of statements that change the tags of all records of a module; `at` says where the parameters stand. */
type Places<Name extends string> = Readonly<Record<Name, string>>;

/** The end of a part that changed the tags of records, and what tells of it. */
const tellOf = (rows: string) =>
  `RETURNING data_space, module, record_id, data), ${toldPart('changed', rows, ['Tag'])}, ${changeEffect('changed')}`;

/** Takes a tag off its records. Their versions move, so that nobody writes an older list of tags over the new one. */
export function untaggedParts({ dataSpace, module, tag }: Places<'dataSpace' | 'module' | 'tag'>): string {
  return `untagged AS (
    UPDATE crm_record SET version = version + 1, data = jsonb_set(data, '{Tag}', (data -> 'Tag') - ${tag}::text)
    WHERE data_space = ${dataSpace} AND module = ${module} AND data -> 'Tag' ? ${tag}::text
      AND record_id IN (SELECT record_id FROM crm_reference
                        WHERE data_space = ${dataSpace} AND target_id = ${tag} AND field = 'Tag')
    ${tellOf('untagged')}`;
}

/** Gives the records of a tag another one instead. */
export function retaggedParts({
  dataSpace,
  module,
  from,
  to,
  by,
  atMs,
}: Places<'dataSpace' | 'module' | 'from' | 'to' | 'by' | 'atMs'>): string {
  return `tagged AS (
      SELECT record_id FROM crm_reference
      WHERE data_space = ${dataSpace} AND target_id = ${from} AND module = ${module} AND field = 'Tag'
    ), pointing AS (
      INSERT INTO crm_reference (data_space, target_id, module, field, record_id)
      SELECT ${dataSpace}, ${to}, ${module}, 'Tag', record_id FROM tagged ON CONFLICT DO NOTHING
    ), retagged AS (
      UPDATE crm_record
      SET version = version + 1, modified_by = ${by}, modified_at_ms = greatest(modified_at_ms, ${atMs}),
          data = jsonb_set(data, '{Tag}', (data -> 'Tag') - ${from}::text - ${to}::text || to_jsonb(${to}::text))
      WHERE data_space = ${dataSpace} AND module = ${module} AND record_id IN (SELECT record_id FROM tagged)
        AND data -> 'Tag' ? ${from}::text
      ${tellOf('retagged')}`;
}
