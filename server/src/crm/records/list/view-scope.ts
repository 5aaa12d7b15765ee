import type { CrmCall } from '../../kernel/call.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { columnSql } from '../../language/query/column-sql.ts';
import { predicateSql } from '../../language/query/predicate.ts';
import { viewParameter } from './find-view.ts';
import type { ListScope } from './list-scope.ts';

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
