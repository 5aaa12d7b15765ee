import type { Field, Module } from '../metadata/metadata.ts';
import type { StoredRecord } from './record.ts';
import { type RecordView, showField } from './record-view.ts';

/**
 * Records as JSON text. What does not depend on the record is prepared once for each module: the keys, the `$` keys
 * that are constant, and how each field is shown.
 */
interface Part {
  readonly name: string;
  /** `"Company":` */
  readonly key: string;
  readonly show: (record: StoredRecord, view: RecordView) => unknown;
  readonly field: Field | null;
}

/** What a call wants to see of a module's records. */
export interface RecordShape {
  readonly parts: readonly Part[];
  /** JSON of keys that are the same for all records, with a comma before each; may be empty. */
  readonly constants: string;
  /** Fields that point to other records or hold rows that do. */
  readonly referring: readonly Field[];
}

const decisions = { approve: false, reject: false, resubmit: false };

/** Keys that this platform has nothing to say about; clients expect them all the same. */
const constantKeys: Readonly<Record<string, unknown>> = {
  $field_states: null,
  $review_process: decisions,
  $review: null,
  $sharing_permission: 'full_access',
  $process_flow: false,
  $orchestration: false,
  $pathfinder: false,
  $approved: true,
  $approval: { delegate: false, ...decisions },
  $approval_state: 'approved',
  $editable: true,
  $in_merge: false,
  $locked_for_me: false,
  $zia_visions: null,
  $zia_owner_assignment: 'owner_recommendation_unavailable',
  $state: 'save',
  $wizard_connection_path: null,
  $converted_detail: {},
  $canvas_id: null,
};

/** Keys of notes only. */
const noteKeys: Readonly<Record<string, unknown>> = {
  $voice_note: false,
  $attachments: null,
  $size: null,
  $is_shared_to_client: false,
};

const activities = new Set(['Tasks', 'Events', 'Calls']);

/** `$` keys that depend on the record, the module or the organization. */
const variableKeys: Readonly<Record<string, (module: Module) => Part['show']>> = {
  $currency_symbol: () => (_, view) => view.space.contents.settings.currencySymbol,
  $converted: () => (record) => record.converted,
  $has_more: (module) => {
    const none = Object.fromEntries(
      module.fields.filter((field) => field.dataType === 'subform').map((field) => [field.apiName, false]),
    );
    return () => none;
  },
  $se_module: () => (record) => (record.data.What_Id as { module?: string } | undefined)?.module ?? null,
  $event_cancelled: () => () => false,
};

const shapes = new WeakMap<Module, RecordShape>();

/** The shape with everything: every field and every `$` key. */
export function wholeShape(module: Module): RecordShape {
  let shape = shapes.get(module);
  if (!shape) {
    const variable = Object.keys(variableKeys).filter(
      (key) => activities.has(module.apiName) || (key !== '$se_module' && key !== '$event_cancelled'),
    );
    shape = shapeOf([
      ...module.fields.map((field) => fieldPart(module, field)),
      ...variable.map((key) => variablePart(module, key)),
    ]);
    const keys = module.apiName === 'Notes' ? { ...constantKeys, ...noteKeys } : constantKeys;
    const constants = JSON.stringify(keys).slice(1, -1);
    shape = { ...shape, constants: `,${constants}` };
    shapes.set(module, shape);
  }
  return shape;
}

/** Shapes of named fields that were used last, by module and names: a client asks for the same ones again and again. */
const namedShapes = new WeakMap<Module, Map<string, RecordShape>>();
const maxNamedShapes = 200;

/** The named fields and `$` keys, and the id. Names that nothing has are left out. */
export function namedShape(module: Module, names: readonly string[]): RecordShape {
  let known = namedShapes.get(module);
  if (!known) {
    known = new Map();
    namedShapes.set(module, known);
  }
  const key = names.join(',');
  let shape = known.get(key);
  if (!shape) {
    if (known.size >= maxNamedShapes) known.clear();
    shape = buildNamedShape(module, names);
    known.set(key, shape);
  }
  return shape;
}

function buildNamedShape(module: Module, names: readonly string[]): RecordShape {
  const parts = [...new Set(['id', ...names])].flatMap((name): Part[] => {
    const field = module.field.get(name);
    if (field) return [fieldPart(module, field)];
    if (Object.hasOwn(variableKeys, name)) return [variablePart(module, name)];
    if (Object.hasOwn(constantKeys, name)) return [{ ...keyed(name), show: () => constantKeys[name], field: null }];
    return [];
  });
  return shapeOf(parts);
}

function shapeOf(parts: readonly Part[]): RecordShape {
  const referring = parts
    .map((part) => part.field)
    .filter((field) => field !== null)
    .filter(({ dataType }) => dataType === 'lookup' || dataType === 'multi_module_lookup' || dataType === 'subform');
  return { parts, constants: '', referring };
}

function keyed(name: string): { name: string; key: string } {
  return { name, key: `${JSON.stringify(name)}:` };
}

function fieldPart(module: Module, field: Field): Part {
  return { ...keyed(field.apiName), show: showField(module, field), field };
}

function variablePart(module: Module, name: string): Part {
  const make = variableKeys[name] as (module: Module) => Part['show'];
  return { ...keyed(name), show: make(module), field: null };
}

/** One record as JSON text. */
export function renderRecord(shape: RecordShape, record: StoredRecord, view: RecordView): string {
  let text = '';
  for (const { key, show } of shape.parts) {
    const value = show(record, view);
    text += text === '' ? key : `,${key}`;
    text += value === null || value === undefined ? 'null' : JSON.stringify(value);
  }
  return `{${text}${shape.constants}}`;
}
