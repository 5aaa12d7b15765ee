import { decimalsOf, kindOfType } from '../../fields/field-kinds.ts';
import type { FormulaValue } from '../../fields/model/kind.ts';
import { type Field, type Formula, type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { StoredRecord, StoredValue } from '../../kernel/record/record.ts';
import type { Space } from '../../kernel/space/space.ts';
import { type CompiledFormula, compileFormula } from './compile-formula.ts';
import { FormulaFault } from './tokens.ts';
import type { FormulaContext } from './values.ts';

interface OwnFormula {
  readonly field: Field;
  readonly formula: Formula;
  /** Undefined when the formula no longer fits its module. */
  readonly compiled: CompiledFormula | undefined;
}

const known = new WeakMap<Module, ReadonlyMap<string, OwnFormula>>();

/** The formulas of an organization's own in a module by the keys of their fields, each after those that it looks at. */
function formulasOf(module: Module): ReadonlyMap<string, OwnFormula> {
  const whole = wholeModule(module);
  let formulas = known.get(whole);
  if (!formulas) {
    const own = whole.fields.flatMap((field) => {
      const { formula, custom } = field;
      return formula && custom ? [{ field, formula, compiled: compiled(formula, whole) }] : [];
    });
    formulas = inOrder(new Map(own.map((each) => [each.field.key, each])));
    known.set(whole, formulas);
  }
  return formulas;
}

function compiled({ expression }: Formula, module: Module): CompiledFormula | undefined {
  try {
    return compileFormula(expression, module);
  } catch (error) {
    if (error instanceof FormulaFault) return undefined;
    throw error;
  }
}

function inOrder(formulas: ReadonlyMap<string, OwnFormula>): Map<string, OwnFormula> {
  const ordered = new Map<string, OwnFormula>();
  const seen = new Set<string>();
  const place = (key: string) => {
    const own = formulas.get(key);
    if (!own || seen.has(key)) return;
    seen.add(key);
    for (const field of own.compiled?.fields ?? []) place(field.key);
    ordered.set(key, own);
  };
  for (const key of formulas.keys()) place(key);
  return ordered;
}

/** Whether a formula that looks at some fields would look at `self`, directly or by way of other formulas. */
export function looksAt(module: Module, fields: readonly Field[], self: Field): boolean {
  const formulas = formulasOf(module);
  const seen = new Set(fields.map(({ key }) => key));
  for (const key of seen) for (const field of formulas.get(key)?.compiled?.fields ?? []) seen.add(field.key);
  return seen.has(self.key);
}

/** The fields of a module whose formulas look at a field. */
export function formulasWith(module: Module, field: Field): Field[] {
  const uses = ({ compiled: by }: OwnFormula) => by?.fields.some(({ key }) => key === field.key) ?? false;
  return [...formulasOf(module).values()].filter(uses).map((each) => each.field);
}

/** What formulas are computed for: whose organization, and when. */
export interface FormulaView {
  readonly space: Space;
  readonly nowMs: number;
}

type FormulaValues = ReadonlyMap<string, StoredValue | null>;

/** What the formulas of a record were in the view for which it is being shown: all are computed when one is asked for. */
const shown = new WeakMap<StoredRecord, { readonly view: FormulaView; readonly values: FormulaValues }>();

/** The value of a formula for a record, in its stored form; null when it has none. */
export function formulaValue(module: Module, key: string, record: StoredRecord, view: FormulaView): StoredValue | null {
  let known = shown.get(record);
  if (known?.view !== view) {
    known = { view, values: formulaValues(module, record, view) };
    shown.set(record, known);
  }
  return known.values.get(key) ?? null;
}

/**
 * Puts the values of the module's formulas into the record's data, which is the caller's own copy: searches, queries and
 * exports read them there. Records are shown with what their formulas are now.
 */
export function storeFormulas(module: Module, record: StoredRecord, view: FormulaView): void {
  if (formulasOf(module).size === 0) return;
  for (const [key, value] of formulaValues(module, record, view)) {
    if (value === null) delete record.data[key];
    else record.data[key] = value;
  }
}

function formulaValues(module: Module, record: StoredRecord, { space, nowMs }: FormulaView): FormulaValues {
  const values = new Map<string, StoredValue | null>();
  const read = (key: string): unknown => {
    if (key === 'Created_Time') return record.createdAtMs;
    if (key === 'Modified_Time') return record.modifiedAtMs;
    return values.has(key) ? values.get(key) : record.data[key];
  };
  const { timeZone } = space.contents.settings;
  for (const [key, own] of formulasOf(module)) {
    const context: FormulaContext = { read, nowMs, timeZone, assumeDefault: own.formula.assumeDefault };
    values.set(key, own.compiled ? stored(own.compiled.run(context), own) : null);
  }
  return values;
}

function stored(value: FormulaValue, { field, formula }: OwnFormula): StoredValue | null {
  if (value === null || value === '') return null;
  return kindOfType(formula.returnType).formula?.result?.(value, decimalsOf(field)) ?? null;
}
