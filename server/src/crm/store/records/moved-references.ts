import { changeEffect, toldPart } from './write-effects.ts';

/** Parts of the statements that move what hangs on a converted lead; `at` says where the parameters stand. */
type Places<Name extends string> = Readonly<Record<Name, string>>;

/** Gives the notes of a record another parent (`value`, of the id `to`): the part `notes` and the reference to it. */
export function movedNotesParts({
  dataSpace,
  notes,
  from,
  to,
  value,
}: Places<'dataSpace' | 'notes' | 'from' | 'to' | 'value'>): string {
  return `notes AS (
      UPDATE crm_record SET version = version + 1, data = jsonb_set(data, '{Parent_Id}', ${value}::jsonb)
      WHERE data_space = ${dataSpace} AND module = ${notes} AND data -> 'Parent_Id' ->> 'id' = ${from}::bigint::text
        AND record_id = ANY (ARRAY(SELECT record_id FROM crm_reference
                                   WHERE data_space = ${dataSpace} AND target_id = ${from}
                                     AND module = ${notes} AND field = 'Parent_Id'))
      RETURNING data_space, module, record_id, data
    ), ${toldPart('changed', 'notes', ['Parent_Id'])}, ${changeEffect('changed')}, pointing AS (
      INSERT INTO crm_reference (data_space, target_id, module, field, record_id)
      SELECT ${dataSpace}, ${to}, ${notes}, 'Parent_Id', record_id FROM notes ON CONFLICT DO NOTHING
    )`;
}

/**
 * The statement that makes the activities about a record those of a person, and of what else they are now about (`about`,
 * of the id `aboutId`; null: of nothing).
 */
export function movedActivities({
  dataSpace,
  modules,
  from,
  person,
  about,
  aboutId,
}: Places<'dataSpace' | 'modules' | 'from' | 'person' | 'about' | 'aboutId'>): string {
  return `WITH activities AS (
      UPDATE crm_record
      SET version = version + 1,
          data = CASE WHEN ${about}::jsonb IS NULL THEN data - 'What_Id' ELSE jsonb_set(data, '{What_Id}', ${about}::jsonb) END
                 || jsonb_build_object('Who_Id', ${person}::text)
      WHERE data_space = ${dataSpace} AND module = ANY (${modules}::integer[])
        AND data -> 'What_Id' ->> 'id' = ${from}::bigint::text
        AND record_id = ANY (ARRAY(SELECT record_id FROM crm_reference
                                   WHERE data_space = ${dataSpace} AND target_id = ${from}
                                     AND module = ANY (${modules}::integer[]) AND field = 'What_Id'))
      RETURNING data_space, module, record_id, data
    ), ${toldPart('changed', 'activities', ['What_Id', 'Who_Id'])}, ${changeEffect('changed')}
    INSERT INTO crm_reference (data_space, target_id, module, field, record_id)
    SELECT ${dataSpace}, ${person}::bigint, module, 'Who_Id', record_id FROM activities
    UNION ALL
    SELECT ${dataSpace}, ${aboutId}::bigint, module, 'What_Id', record_id FROM activities WHERE ${aboutId}::bigint IS NOT NULL
    ON CONFLICT DO NOTHING`;
}
