/**
 * The condition, true of all rows, of a statement that is to follow the index which has its order, and needs the first rows only.
 * Where the planner takes a data space for small, because its statistics are old or do not know it, reading all of it and
 * sorting looks as good. This condition it takes for so dear that the number of rows alone counts, and that of two ways with
 * as many rows it takes the one without a sort (migration 0065). Its first half is what is computed.
 * @param id the SQL of a row's own id.
 */
export function inOrderSql(id: string): string {
  return `(${id} > 0 OR crm_in_order(${id}))`;
}
