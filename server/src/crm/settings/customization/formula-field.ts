import { findKind, kindOfType, returnTypes } from '../../fields/field-kinds.ts';
import { isStorable } from '../../fields/values/texts.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { DataType, Field } from '../../kernel/metadata/metadata.ts';
import type { FieldSource } from '../../kernel/metadata/standard-modules.ts';
import { compileFormula, withApiNames } from '../../language/formula/compile-formula.ts';
import { looksAt } from '../../language/formula/record-formulas.ts';
import { FormulaFault } from '../../language/formula/tokens.ts';
import { type FieldTask, fail, type Reading } from './field-task.ts';

/** Names of types on the wire that are others here. */
const aliases: Readonly<Record<string, DataType>> = { string: 'text', decimal: 'double', number: 'double' };

type FormulaSource = Pick<FieldSource, 'formula' | 'return_type' | 'assume_default'>;

/**
 * `formula:{return_type, expression, assume_default}`: the expression is read, and must compute what is returned.
 * @param self the field that has the formula, when it is there already: it may not look at itself, by whatever way.
 */
export function readFormula(item: JsonObject, task: FieldTask, self?: Field): Reading<FormulaSource> {
  const given = item.formula;
  if (given === undefined || given === null) return fail('MANDATORY_NOT_FOUND', task, 'formula', {});
  if (!isJsonObject(given)) return fail('INVALID_DATA', task, 'formula', { expected_data_type: 'jsonobject' });
  const expression = given.expression ?? self?.formula?.expression;
  if (expression === undefined || expression === null || expression === '') {
    return fail('MANDATORY_NOT_FOUND', task, 'formula.expression', {});
  }
  if (typeof expression !== 'string' || !isStorable(expression)) {
    return fail('INVALID_DATA', task, 'formula.expression', { expected_data_type: 'text' });
  }
  const named = given.return_type ?? self?.formula?.returnType;
  if (named === undefined || named === null) return fail('MANDATORY_NOT_FOUND', task, 'formula.return_type', {});
  const type = aliases[String(named).toLowerCase()] ?? (String(named).toLowerCase() as DataType);
  if (!findKind(type)?.formula?.result || (self?.formula && type !== self.formula.returnType)) {
    const supported_values = self?.formula ? [self.formula.returnType] : returnTypes;
    return fail('INVALID_DATA', task, 'formula.return_type', { supported_values });
  }
  const assume = given.assume_default ?? self?.formula?.assumeDefault ?? false;
  if (typeof assume !== 'boolean') {
    return fail('INVALID_DATA', task, 'formula.assume_default', { expected_data_type: 'boolean' });
  }
  const checked = check(expression, type, task, self);
  if (checked.failure) return checked;
  const formula = withApiNames(expression, task.module);
  return { value: { formula, return_type: type, assume_default: assume } };
}

function check(expression: string, type: DataType, task: FieldTask, self: Field | undefined): Reading<null> {
  try {
    const compiled = compileFormula(expression, task.module);
    if (compiled.type !== kindOfType(type).formula?.type) {
      const reason = `the formula computes a ${compiled.type}`;
      if (self) return fail('INVALID_DATA', task, 'formula.expression', { reason });
      const supported_values = returnTypes.filter((name) => kindOfType(name).formula?.type === compiled.type);
      return fail('INVALID_DATA', task, 'formula.return_type', { supported_values });
    }
    if (self && looksAt(task.module, compiled.fields, self)) {
      return fail('INVALID_DATA', task, 'formula.expression', { reason: 'the formula looks at its own value' });
    }
    return { value: null };
  } catch (error) {
    if (!(error instanceof FormulaFault)) throw error;
    const details = { reason: error.message, near: error.near, line: 1, column: error.at };
    return fail('INVALID_DATA', task, 'formula.expression', details);
  }
}
