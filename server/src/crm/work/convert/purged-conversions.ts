/** Parts of a statement that forgets conversions of records that are deleted for good, and what made them; `of` names these. */
export function deletedConversionsParts(of: string): string {
  const side = (column: 'record_id' | 'target_id') => `
    DELETE FROM crm_conversion USING ${of}
    WHERE crm_conversion.data_space = ${of}.data_space AND crm_conversion.${column} = ${of}.record_id`;
  return `converted AS (${side('record_id')}), made AS (${side('target_id')})`;
}
