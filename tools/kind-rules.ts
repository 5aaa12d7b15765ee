// What `check-kinds.ts` looks for in one source: code that asks for a data type or for a module by name, where it should
// ask the type's kind or the module's traits.
import { parseAst } from 'rolldown/parseAst';

/** The names that code outside their homes does not compare with. */
export interface Names {
  readonly dataTypes: ReadonlySet<string>;
  readonly modules: ReadonlySet<string>;
}

export interface Problem {
  /** What is asked for by name. */
  readonly of: 'type' | 'module';
  readonly line: number;
  readonly text: string;
}

type Node = { readonly type: string; readonly start: number } & Readonly<Record<string, unknown>>;

const typeName = /^(data|return)_?type$/i;
const moduleName = /^(api_?name|module(_?name)?)$/i;
const keyed = new Set(['Record', 'Map', 'ReadonlyMap', 'Set', 'ReadonlySet']);
const lookups = new Set(['has', 'get', 'includes', 'indexOf', 'hasOwn']);
const equality = new Set(['===', '!==', '==', '!=']);

/** Data types whose names are words of other languages as well: a list of them alone says nothing. */
const ambiguous = new Set(
  'text email phone website integer bigint double currency percent boolean date datetime lookup layout formula'.split(
    ' ',
  ),
);

const askKind = 'ask the kind of the field instead (server/src/crm/fields/field-kinds.ts)';
const askTraits = 'ask the traits of the module instead (server/src/crm/kernel/metadata/traits.ts)';

/** @returns what is wrong with a source, in its order. */
export function problemsIn(source: string, { dataTypes, modules }: Names): Problem[] {
  const problems: Problem[] = [];
  const typeAliases = new Set<string>();
  const report = (of: Problem['of'], node: Node, text: string) => {
    const line = source.slice(0, node.start).split('\n').length;
    problems.push({ of, line, text: `${text}; ${of === 'type' ? askKind : askTraits}` });
  };

  const isDataType = (raw: unknown): boolean => {
    const node = unwrapped(raw);
    if (!node) return false;
    if (node.type === 'Identifier') return typeName.test(String(node.name)) || typeAliases.has(String(node.name));
    if (node.type === 'CallExpression') return nameOf(node.callee) === 'valueType';
    return node.type === 'MemberExpression' && typeName.test(propertyOf(node) ?? '');
  };
  const isModuleName = (raw: unknown): boolean => {
    const node = unwrapped(raw);
    if (!node) return false;
    return moduleName.test(node.type === 'MemberExpression' ? (propertyOf(node) ?? '') : (nameOf(node) ?? ''));
  };
  const listsModules = (raw: unknown): boolean => {
    const texts = textsOf(raw);
    return texts.length > 0 && texts.every((text) => modules.has(text));
  };

  const check: Readonly<Record<string, (node: Node) => void>> = {
    VariableDeclarator({ id, init }) {
      const name = nameOf(id);
      if (name !== undefined && isDataType(init)) typeAliases.add(name);
    },
    Property({ key, value }) {
      const alias = nameOf(isNode(value) && value.type === 'AssignmentPattern' ? value.left : value);
      if (alias !== undefined && typeName.test(nameOf(key) ?? '')) typeAliases.add(alias);
    },
    BinaryExpression(node) {
      if (!equality.has(String(node.operator))) return;
      for (const [asked, other] of [
        [node.left, node.right],
        [node.right, node.left],
      ]) {
        const text = textOf(other);
        if (text === undefined) continue;
        if (isDataType(asked)) report('type', node, `compares a data type with "${text}"`);
        else if (modules.has(text) && isModuleName(asked)) {
          report('module', node, `compares a module with "${text}"`);
        }
      }
    },
    SwitchStatement(node) {
      if (isDataType(node.discriminant)) report('type', node, `switches on a data type`);
    },
    CallExpression(node) {
      const callee = unwrapped(node.callee);
      if (callee?.type !== 'MemberExpression' || !lookups.has(propertyOf(callee) ?? '')) return;
      const asked = node.arguments as readonly unknown[];
      if (asked.some(isDataType)) report('type', node, `looks a data type up in a list or map`);
      else if (listsModules(callee.object)) report('module', node, `looks a module up in a list of names`);
    },
    MemberExpression(node) {
      if (node.computed && isDataType(node.property)) report('type', node, `looks a data type up in an object`);
    },
    NewExpression(node) {
      const [list] = node.arguments as readonly unknown[];
      if (nameOf(node.callee) === 'Set' && listsModules(list)) report('module', node, `makes a set of module names`);
    },
    ArrayExpression(node) {
      const texts = textsOf(node);
      if (texts.length < 2 || !texts.every((text) => dataTypes.has(text))) return;
      if (!texts.every((text) => ambiguous.has(text))) report('type', node, `lists data types`);
    },
    TSTypeReference(node) {
      const of = node.typeArguments as { readonly params: readonly Node[] } | null | undefined;
      const [key] = of?.params ?? [];
      if (keyed.has(nameOf(node.typeName) ?? '') && key && namesDataType(key, source)) {
        report('type', node, `keeps something by data type`);
      }
    },
  };
  visit(parseAst(source, { lang: 'ts' }) as unknown, (node) => check[node.type]?.(node));
  return problems;
}

function namesDataType(key: Node, source: string): boolean {
  return /^(DataType|\w+\[['"]dataType['"]\])$/.test(source.slice(key.start, Number(key.end)));
}

function isNode(raw: unknown): raw is Node {
  return typeof raw === 'object' && raw !== null && typeof (raw as { type?: unknown }).type === 'string';
}

const wrappers = new Set([
  'ChainExpression',
  'ParenthesizedExpression',
  'TSAsExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
]);

function unwrapped(raw: unknown): Node | undefined {
  if (!isNode(raw)) return undefined;
  return wrappers.has(raw.type) ? unwrapped(raw.expression) : raw;
}

function nameOf(raw: unknown): string | undefined {
  return isNode(raw) && raw.type === 'Identifier' ? String(raw.name) : undefined;
}

/** `dataType` of `field.dataType` and of `field['dataType']`. */
function propertyOf({ computed, property }: Node): string | undefined {
  return computed ? textOf(property) : nameOf(property);
}

function textOf(raw: unknown): string | undefined {
  const node = unwrapped(raw);
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

/** The texts of a list; none when it holds something else. */
function textsOf(raw: unknown): string[] {
  const node = unwrapped(raw);
  if (node?.type !== 'ArrayExpression') return [];
  const texts = (node.elements as readonly unknown[]).map(textOf);
  return texts.every((text) => text !== undefined) ? texts : [];
}

function visit(raw: unknown, see: (node: Node) => void): void {
  if (Array.isArray(raw)) {
    for (const each of raw) visit(each, see);
  } else if (isNode(raw)) {
    see(raw);
    for (const each of Object.values(raw)) if (typeof each === 'object') visit(each, see);
  }
}
