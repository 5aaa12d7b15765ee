import type { CrmCall } from '../context.ts';
import type { Module } from '../metadata/metadata.ts';
import { columnSql } from '../query/column-sql.ts';
import { predicateSql } from '../query/predicate.ts';
import type { ListScope } from '../records/list-records.ts';
import { viewParameter } from './find-view.ts';

/** What `cvid` leaves of a list; undefined without one. */
export function viewScope(call: CrmCall, module: Module): ListScope | undefined {
  const view = viewParameter(call, module);
  if (!view) return undefined;
  const condition = view.condition(call);
  return {
    key: `view ${view.sequence}`,
    view,
    among: (parameter) =>
      predicateSql(condition, { parameter, column: ({ module: of, field }) => columnSql('crm_record', of, field) }),
  };
}
