import type { RecordView } from '../../fields/model/view.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { Field } from '../../kernel/metadata/metadata.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { mostRowsShown, namesFor } from '../view/record-view.ts';
import type { RecordShape } from '../view/render-record.ts';
import { productsFor } from '../view/row-forms.ts';
import { findLinks } from './find-links.ts';

/**
 * The view of one record: what it points to by name, and the links that its multi-select look-ups consist of, one more
 * than is shown (crm-api 5.2). They cost a statement each, and only records that have such fields.
 */
export async function viewOfOne(call: CrmCall, shape: RecordShape, record: StoredRecord): Promise<RecordView> {
  const { space, store, user, nowMs } = call;
  const names = await namesFor(store.records, space, shape.referring, [record]);
  const products = await productsFor(store.records, space, shape.referring, [record]);
  const view = { space, timeZone: user.timeZone, nowMs, names, products };
  const fields = shape.members.map(({ field }) => field).filter((field): field is Field => field?.linking != null);
  if (fields.length === 0) return view;
  const links = new Map<string, readonly StoredRecord[]>();
  const allNames = new Map(names);
  for (const { key, linking } of fields) {
    const module = space.metadata.find(linking?.module ?? '');
    if (!module || !linking) continue;
    const found = await findLinks(store.database, space.dataSpace, module, linking.parentField, record.id, {
      limit: mostRowsShown + 1,
    });
    links.set(key, found);
    const pointing = module.fields.filter(({ apiName }) => apiName !== linking.parentField);
    for (const [id, name] of await namesFor(store.records, space, pointing, found)) allNames.set(id, name);
  }
  return { ...view, names: allNames, links };
}
