import { linkRelations } from '../../records/list/related-lists.ts';

const relations = `'{${linkRelations.join(',')}}'::text[]`;

/**
 * The parts of a statement that forget the links of records that are deleted for good; `of` names these. The relations are
 * named, because the indexes begin with them.
 */
export function deletedLinksParts(of: string): string {
  const side = (column: 'left_id' | 'right_id') => `
    DELETE FROM crm_link USING ${of}
    WHERE crm_link.data_space = ${of}.data_space AND crm_link.relation = ANY (${relations})
      AND crm_link.${column} = ${of}.record_id`;
  return `linked AS (${side('left_id')}), linking AS (${side('right_id')})`;
}
