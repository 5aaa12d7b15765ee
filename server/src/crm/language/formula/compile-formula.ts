import { kindOf, kindOfType } from '../../fields/field-kinds.ts';
import type { FormulaType, FormulaUse, FormulaValue } from '../../fields/model/kind.ts';
import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import { isTableColumn } from '../query/column-sql.ts';
import { type FormulaFunction, functions, type Wanted } from './functions.ts';
import { type BinarySign, type FormulaTree, parseFormula } from './parse-formula.ts';
import { FormulaFault, formulaTokens } from './tokens.ts';
import { type Computed, cut, type FormulaContext, finite } from './values.ts';

/** A formula that can be computed, and the fields that it looks at. */
export interface CompiledFormula {
  readonly type: FormulaType;
  readonly run: (context: FormulaContext) => FormulaValue;
  readonly fields: readonly Field[];
}

/** Columns of records that formulas may look at: all of them times. */
const times = new Set(['Created_Time', 'Modified_Time']);

/** Checks a formula against the fields of its module. @throws FormulaFault */
export function compileFormula(expression: string, module: Module): CompiledFormula {
  const fields = new Map<string, Field>();
  const computed = compile(parseFormula(expression), (name, at) => {
    const field = fieldNamed(name, module);
    const type = field && kindOfType(field.formula?.returnType ?? field.dataType).formula?.type;
    const inTable = field && isTableColumn(module, field);
    if (!field || !type || field.apiName === 'Tag' || (inTable && !times.has(field.apiName))) {
      throw new FormulaFault('there is no such field that a formula can look at', { at, value: name });
    }
    fields.set(field.apiName, field);
    return { field, type };
  });
  return { ...computed, fields: [...fields.values()] };
}

/** `Leads.Annual Revenue`, `!Leads.Annual_Revenue` or `Annual_Revenue`: by API name, or by label. */
function fieldNamed(written: string, module: Module): Field | undefined {
  const name = written.replace(/^!/, '').trim();
  const [first = '', ...rest] = name.split('.');
  const own = [module.apiName, module.singularLabel, module.pluralLabel].map((each) => each.toLowerCase());
  const last = rest.length > 0 && own.includes(first.trim().toLowerCase()) ? rest.join('.').trim() : name;
  const folded = last.toLowerCase();
  return module.field.get(last) ?? module.fields.find(({ label }) => label.toLowerCase() === folded);
}

/** The formula with API names in place of labels, which may change. @throws FormulaFault */
export function withApiNames(expression: string, module: Module): string {
  let written = expression;
  const tokens = formulaTokens(expression);
  for (const [index, { kind, value, at }] of [...tokens.entries()].reverse()) {
    if (kind !== 'reference' && (kind !== 'name' || tokens[index + 1]?.value === '(')) continue;
    const field = fieldNamed(value, module);
    if (!field || value.split('.').at(-1) === field.apiName) continue;
    const end = kind === 'reference' ? expression.indexOf('}', at) + 1 : at - 1 + value.length;
    const named = kind === 'reference' ? `\${${module.apiName}.${field.apiName}}` : field.apiName;
    written = `${written.slice(0, at - 1)}${named}${written.slice(end)}`;
  }
  return written;
}

type FieldFinder = (name: string, at: number) => { readonly field: Field; readonly type: FormulaType };

function compile(tree: FormulaTree, find: FieldFinder): Computed {
  switch (tree.kind) {
    case 'literal': {
      const { value } = tree;
      return { type: typeof value === 'string' ? 'text' : (typeof value as 'number' | 'boolean'), run: () => value };
    }
    case 'field': {
      const { field, type } = find(tree.name, tree.at);
      const read = { key: field.key, from: kindOf(field).formula?.from };
      return { type, run: (context) => fieldValue(context, read, type) };
    }
    case 'unary':
      return unary(tree, compile(tree.part, find));
    case 'binary':
      return binary(tree, compile(tree.left, find), compile(tree.right, find));
    case 'call':
      return call(
        tree,
        tree.parts.map((part) => compile(part, find)),
      );
  }
}

/** What of a field a formula needs to read its values. */
interface ReadField {
  readonly key: string;
  readonly from: FormulaUse['from'];
}

function fieldValue(context: FormulaContext, { key, from }: ReadField, type: FormulaType): FormulaValue {
  const value = context.read(key);
  if (value === undefined || value === null) {
    if (type === 'boolean') return false;
    if (!context.assumeDefault) return null;
    return type === 'number' ? 0 : type === 'text' ? '' : null;
  }
  if (from) return from(value);
  return type === 'number' ? finite(Number(value)) : (value as FormulaValue);
}

type Located = { readonly at: number };

function mismatch(wanted: string, came: FormulaType, { at }: Located): FormulaFault {
  return new FormulaFault(`${wanted} is expected here, not ${came}`, { at, value: came });
}

function unary({ sign, at }: Extract<FormulaTree, { kind: 'unary' }>, part: Computed): Computed {
  if (sign === '!') {
    if (part.type !== 'boolean') throw mismatch('a boolean', part.type, { at });
    return { type: 'boolean', run: (context) => part.run(context) !== true };
  }
  if (part.type !== 'number') throw mismatch('a number', part.type, { at });
  return {
    type: 'number',
    run: (context) => {
      const value = part.run(context);
      return value === null ? null : -(value as number);
    },
  };
}

const arithmetic: Readonly<Partial<Record<BinarySign, (a: number, b: number) => number>>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
};

const orders: Readonly<Partial<Record<BinarySign, (order: number) => boolean>>> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function binary({ sign, at }: Extract<FormulaTree, { kind: 'binary' }>, left: Computed, right: Computed): Computed {
  if (sign === '&&' || sign === '||') {
    for (const { type } of [left, right]) if (type !== 'boolean') throw mismatch('a boolean', type, { at });
    const decided = sign === '||';
    return {
      type: 'boolean',
      run: (context) => ((left.run(context) === true) === decided ? decided : right.run(context) === true),
    };
  }
  const compare = orders[sign];
  if (compare) return comparison(sign, compare, left, right, at);
  if (sign === '+' && left.type === 'text' && right.type === 'text') {
    return both('text', left, right, (a, b) => cut(`${a}${b}`));
  }
  for (const { type } of [left, right]) if (type !== 'number') throw mismatch('a number', type, { at });
  const compute = arithmetic[sign] as (a: number, b: number) => number;
  return both('number', left, right, (a, b) => finite(compute(a as number, b as number)));
}

/** Empty when one of the two is. */
function both(
  type: FormulaType,
  left: Computed,
  right: Computed,
  run: (a: FormulaValue & {}, b: FormulaValue & {}) => FormulaValue,
): Computed {
  return {
    type,
    run: (context) => {
      const [a, b] = [left.run(context), right.run(context)];
      return a === null || b === null ? null : run(a, b);
    },
  };
}

/** What is empty equals what is empty, and comes neither before nor after anything. */
function comparison(
  sign: BinarySign,
  compare: (order: number) => boolean,
  left: Computed,
  right: Computed,
  at: number,
): Computed {
  if (left.type !== right.type) throw mismatch(`a value of the type ${left.type}`, right.type, { at });
  return {
    type: 'boolean',
    run: (context) => {
      const [a, b] = [left.run(context), right.run(context)];
      if (a === null || b === null) return (sign === '==' && a === b) || (sign === '!=' && a !== b);
      return compare(a < b ? -1 : a > b ? 1 : 0);
    },
  };
}

function call(tree: Extract<FormulaTree, { kind: 'call' }>, parts: readonly Computed[]): Computed {
  const name = tree.name.toLowerCase();
  if (name === 'if') return condition(tree, parts);
  const found = functions.get(name);
  if (!found) throw new FormulaFault('there is no such function', { at: tree.at, value: tree.name });
  checkParts(tree, found, parts);
  const types = parts.map(({ type }) => type);
  const type = typeof found.gives === 'function' ? found.gives(types) : found.gives;
  return {
    type,
    run: (context) => {
      const values = parts.map((part) => part.run(context));
      return !found.lazy && values.includes(null) ? null : found.run(values, context);
    },
  };
}

function checkParts(
  { name, at, parts: trees }: Extract<FormulaTree, { kind: 'call' }>,
  { takes, optional = 0, more }: FormulaFunction,
  parts: readonly Computed[],
): void {
  const most = more ? Number.POSITIVE_INFINITY : takes.length;
  if (parts.length < takes.length - optional || parts.length > most) {
    throw new FormulaFault(`${name} takes ${takes.length - optional} values${more ? ' or more' : ''}`, {
      at,
      value: name,
    });
  }
  for (const [index, { type }] of parts.entries()) {
    const wanted = takes[Math.min(index, takes.length - 1)] as Wanted;
    const fits =
      wanted === 'any' || wanted === type || (wanted === 'moment' && (type === 'date' || type === 'datetime'));
    if (!fits)
      throw mismatch(`a ${wanted === 'moment' ? 'date or datetime' : wanted}`, type, trees[index] as FormulaTree);
  }
}

/** `If(condition, then, otherwise)` computes one of the two only. */
function condition(tree: Extract<FormulaTree, { kind: 'call' }>, parts: readonly Computed[]): Computed {
  const [test, then, otherwise] = parts;
  if (!test || !then || !otherwise || parts.length > 3) {
    throw new FormulaFault('If takes a condition and two values', { at: tree.at, value: tree.name });
  }
  if (test.type !== 'boolean') throw mismatch('a boolean', test.type, tree.parts[0] as FormulaTree);
  if (then.type !== otherwise.type)
    throw mismatch(`a value of the type ${then.type}`, otherwise.type, tree.parts[2] as FormulaTree);
  return { type: then.type, run: (context) => (test.run(context) === true ? then : otherwise).run(context) };
}
