import { reference } from '../../kernel/schema.ts';
import { id } from '../comparisons/ids.ts';
import { showRecord } from '../groups/lookups.ts';
import { moduleForm, referenceTo } from '../groups/metadata.ts';
import { plainCell } from '../groups/numbers.ts';
import { lookupGiven } from '../groups/schemas.ts';
import { fieldKind, type RecordLookup } from '../model/kind.ts';
import { readRecordLookup } from '../values/read-reference.ts';

const lookup: RecordLookup = {
  to: 'records',
  several: false,
  target: (value, { lookupModules: [module = ''] }) => ({ module, id: String(value) }),
  idSql: ({ text }) => text,
  given: (target) => ({ id: target }),
};

/** A record of one module. */
export const kind = fieldKind({
  jsonType: 'jsonobject',
  read: readRecordLookup,
  show: () => showRecord,
  lookup,
  references: (value, field) => [lookup.target(value, field)],
  comparison: id,
  cell: { ...plainCell, read: (text) => ({ id: text.trim() }) },
  schema: { answered: () => reference, given: () => lookupGiven },
  definition: { uiType: 133, length: { fixed: 120 }, inRows: true, details: 'target' },
  attributes: (field, { space, version }) => ({
    lookup: {
      query_details: {},
      display_label: field.backList?.label ?? field.label,
      api_name: field.backList?.apiName ?? field.apiName,
      module: moduleForm(version, referenceTo(field.lookupModules[0] ?? '', space)),
      id: space.id(field.idSuffix),
    },
  }),
  typescript: 'Reference',
});
