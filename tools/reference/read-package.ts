import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';

/** Something that a package exports, or a member of it, as its source says. */
export interface Documented {
  readonly name: string;
  readonly kind: 'class' | 'function' | 'value' | 'type' | 'member';
  /** The declaration without its body. */
  readonly signature: string;
  readonly text: string;
  readonly example: string | undefined;
  readonly throws: string | undefined;
  readonly members: readonly Documented[];
}

/** As much of a syntax tree as is looked at. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [name: string]: unknown;
}

interface Source {
  readonly file: string;
  readonly text: string;
  readonly body: readonly Node[];
}

const sources = new Map<string, Source>();

function read(file: string): Source {
  let source = sources.get(file);
  if (!source) {
    const text = readFileSync(file, 'utf8');
    source = { file, text, body: parseAst(text, { lang: 'ts' }).body as unknown as Node[] };
    sources.set(file, source);
  }
  return source;
}

/** All that an entry exports, in the order in which it does. */
export function readEntry(file: string): Documented[] {
  const source = read(file);
  return source.body.flatMap((node) => {
    const from = (node.source as { value?: string } | null | undefined)?.value;
    if (node.type === 'ExportAllDeclaration' && from) return readEntry(fileOf(source, from));
    if (node.type !== 'ExportNamedDeclaration') return [];
    if (node.declaration) return describe(source, node, node.declaration as Node);
    const names = (node.specifiers as { local: { name: string } }[]).map(({ local }) => local.name);
    if (!from) throw new Error(`${file}: only what has a declaration or another file can be read: ${names.join(', ')}`);
    const exported = readEntry(fileOf(source, from));
    return names.map((name) => {
      const found = exported.find((each) => each.name === name);
      if (!found) throw new Error(`${file}: ${from} exports no ${name}`);
      return found;
    });
  });
}

function fileOf({ file }: Source, from: string): string {
  const found = join(dirname(file), from);
  if (!existsSync(found)) throw new Error(`${file}: there is no ${from}`);
  return found;
}

function describe(source: Source, statement: Node, node: Node): Documented[] {
  const comment = commentBefore(source.text, statement.start);
  const text = (end: number) => clean(source.text.slice(node.start, end));
  const { name } = (node.id ?? {}) as { name?: string };
  const body = node.body as Node | null | undefined;
  switch (node.type) {
    case 'ClassDeclaration': {
      const { start, body: members } = body as Node & { readonly body: readonly Node[] };
      const described = members.flatMap((member) => describeMember(source, member));
      return [item(String(name), 'class', text(start), comment, described)];
    }
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
      return [item(String(name), 'function', text(body?.start ?? node.end), comment)];
    case 'VariableDeclaration':
      return (node.declarations as Node[]).map((declarator) => {
        const id = declarator.id as Node & { name: string };
        return item(id.name, 'value', `const ${clean(source.text.slice(id.start, id.end))}`, comment);
      });
    default:
      return [item(String(name), 'type', text(node.end), comment)];
  }
}

/** Public methods and documented fields of a class. */
function describeMember({ text }: Source, member: Node): Documented[] {
  const key = member.key as Node & { name?: string };
  const hidden = key.type !== 'Identifier' || member.accessibility === 'private' || member.override;
  const comment = commentBefore(text, member.start);
  if (hidden || (member.type === 'PropertyDefinition' && !comment)) return [];
  if (/^(Made by|Internal)/.test(comment ?? '')) return [];
  const body = (member.value as { body?: Node } | null)?.body;
  return [item(String(key.name), 'member', clean(text.slice(member.start, body?.start ?? member.end)), comment)];
}

function item(
  name: string,
  kind: Documented['kind'],
  signature: string,
  comment: string | undefined,
  members: readonly Documented[] = [],
): Documented {
  const [text = '', ...tags] = (comment ?? '').split(/^@(?=example|throws)/m);
  const tag = (wanted: string) =>
    tags
      .find((each) => each.startsWith(wanted))
      ?.slice(wanted.length)
      .trim();
  return { name, kind, signature, text: text.trim(), example: tag('example'), throws: tag('throws'), members };
}

/** The text of the comment that stands right before a place. */
function commentBefore(text: string, place: number): string | undefined {
  const before = text.slice(0, place).trimEnd();
  if (!before.endsWith('*/')) return undefined;
  const begin = before.lastIndexOf('/**');
  if (begin === -1 || before.slice(begin).includes('*/', 3) === false) return undefined;
  const lines = before.slice(begin + 3, -2).split('\n');
  return lines
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .replace(/@throws/g, '\n@throws')
    .trim();
}

/** Without the indentation of where it stands, and without what ends it. */
function clean(text: string): string {
  const lines = text.split('\n');
  const indents = lines
    .slice(1)
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length);
  const indent = indents.length > 0 ? Math.min(...indents) : 0;
  return [lines[0], ...lines.slice(1).map((line) => line.slice(indent))].join('\n').replace(/[\s;]+$/, '');
}
