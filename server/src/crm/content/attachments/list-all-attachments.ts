import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { readId } from '../../kernel/ids.ts';
import { type Module, servesRecords } from '../../kernel/metadata/metadata.ts';
import { checkPermission } from '../../kernel/permissions.ts';
import { inOrderSql } from '../../language/query/in-order.ts';
import { fieldsParameter, maxIds } from '../../records/list/list-records.ts';
import type { TokenOwner } from '../../records/list/page-token.ts';
import { pageInfo, pagePlace } from '../../records/list/paging.ts';
import { permissionNames } from '../../records/record-module.ts';
import { accessTo, conditionSql } from '../../store/records/visibility.ts';
import { choiceParameter, idsFilter, pageParameters, timeHeader } from '../../wire/parameters.ts';
import { type AttachmentRow, attachmentAnswer, attachmentColumns } from './attachment-answer.ts';

type Row = AttachmentRow & { readonly module: number; readonly parent_name: string | null };

const sortKeys = ['id', 'Created_Time', 'Modified_Time'] as const;

/** GET /Attachments: those of all records that the caller may see (crm-api 2.3). They are never changed. */
export async function listAllAttachments(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, user, query } = call;
  const names = fieldsParameter(call);
  const sortBy = choiceParameter(query, 'sort_by', sortKeys, 'id');
  const ascending = choiceParameter(query, 'sort_order', ['asc', 'desc'], 'desc') === 'asc';
  const ids = idsFilter(query, 'ids', maxIds);
  const sinceMs = timeHeader(call, 'if-modified-since');
  const owner: TokenOwner = {
    dataSpace: space.dataSpace,
    userId: user.id,
    parameters: JSON.stringify([
      'Attachments',
      ...[names, sortBy, ascending, ids, sinceMs, pageParameters(call).perPage],
    ]),
  };
  const { page, perPage, place } = pagePlace(call, owner);
  checkPermission(user, 'Crm_Implied_View_Attachments');
  const forwards = place?.backwards ? !ascending : ascending;
  const direction = forwards ? 'ASC' : 'DESC';
  const key = sortBy === 'id' ? 'a.attachment_id' : 'a.created_at_ms';
  const modules = readableModules(call);
  const values: unknown[] = [
    space.dataSpace,
    modules.map(({ number }) => number),
    ids?.map(readId).filter((id) => id !== undefined) ?? null,
    sinceMs === undefined ? null : (Math.floor(sinceMs / 1000) + 1) * 1000,
    place?.key ?? null,
    place?.id ?? null,
    perPage + 1,
    place ? 0 : (page - 1) * perPage,
  ];
  const statement = {
    text: `SELECT ${attachmentColumns.split(', ').map((column) => `a.${column}`)}, a.module, p.name AS parent_name
           FROM crm_attachment AS a
           JOIN crm_record AS p
             ON p.data_space = a.data_space AND p.module = a.module AND p.record_id = a.parent_id
           WHERE a.data_space = $1 AND a.module = ANY ($2::integer[]) AND ${inOrderSql('a.attachment_id')}
             AND ($3::bigint[] IS NULL OR a.attachment_id = ANY ($3))
             AND ($4::bigint IS NULL OR a.created_at_ms >= $4)
             AND ($5::bigint IS NULL OR (${key}, a.attachment_id) ${forwards ? '>' : '<'} ($5, $6))
             ${seenSql(call, modules, (value) => `$${values.push(value)}`)}
           ORDER BY ${key} ${direction}${sortBy === 'id' ? '' : `, a.attachment_id ${direction}`}
           LIMIT $7 OFFSET $8`,
    values,
  };
  const rows = await store.database.query<Row>(statement);
  const onPage = rows.slice(0, perPage);
  if (onPage.length === 0) return { status: sinceMs === undefined ? 204 : 304 };
  if (place?.backwards) onPage.reverse();
  const fields = names && new Set(names);
  const data = onPage.map((row) => {
    const parent = { module: space.metadata.byNumber(row.module) as Module, name: row.parent_name };
    return attachmentAnswer(row, parent, fields, call);
  });
  const placeOf = (row: Row) => ({
    key: sortBy === 'id' ? row.attachment_id : row.created_at_ms,
    id: row.attachment_id,
  });
  const info = pageInfo(call, owner, {
    page,
    perPage,
    count: data.length,
    hasNext: place?.backwards || rows.length > perPage,
    first: placeOf(onPage[0] as Row),
    last: placeOf(onPage.at(-1) as Row),
    sortBy,
    ascending,
  });
  return { status: 200, json: { data, info } };
}

/** The modules whose records the user may see. */
function readableModules(call: CrmCall): readonly Module[] {
  const { denied } = call.user.profile;
  return call.space.metadata.modules.filter(
    (module) => servesRecords(module) && !permissionNames(module, 'View').some((name) => denied.has(name)),
  );
}

/** What leaves the attachments of records that the user sees; nothing for who sees all. */
function seenSql(call: CrmCall, modules: readonly Module[], parameter: (value: unknown) => string): string {
  const limited = modules.flatMap((module) => {
    const { visible } = accessTo(call, module);
    return visible ? [{ module, visible }] : [];
  });
  if (limited.length === 0) return '';
  const open = modules.filter((module) => !limited.some((each) => each.module === module));
  const parts = limited.map(
    ({ module, visible }) => `(a.module = ${module.number} AND ${conditionSql(visible, 'p', parameter)})`,
  );
  return `AND (a.module = ANY (${parameter(open.map(({ number }) => number))}::integer[]) OR ${parts.join(' OR ')})`;
}
