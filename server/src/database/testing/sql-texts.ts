import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'rolldown/parseAst';

/** The server's sources. */
export const sourceFolder = fileURLToPath(new URL('../../', import.meta.url));

/** Sources of what runs, by their path in the folder: no tests, and nothing that only tests use. */
export function sourceFiles(): string[] {
  return readdirSync(sourceFolder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|(^|\/)(testing|e2e)\//.test(name));
}

/** The texts that stand in a file of the sources. */
export const textsOf = (file: string): string[] => textsIn(readFileSync(join(sourceFolder, file), 'utf8'));

/** The texts that stand in a source: its strings, and its templates with `?` for what is put in. */
export function textsIn(code: string): string[] {
  const texts: string[] = [];
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) for (const each of node) walk(each);
    if (Array.isArray(node) || typeof node !== 'object' || node === null) return;
    const { type, value, quasis } = node as {
      type?: string;
      value?: unknown;
      quasis?: { value: { cooked: string } }[];
    };
    if (type === 'Literal' && typeof value === 'string') texts.push(value);
    if (type === 'TemplateLiteral') texts.push((quasis ?? []).map((part) => part.value.cooked).join('?'));
    for (const each of Object.values(node)) walk(each);
  };
  walk(parseAst(code, { lang: 'ts' }).body);
  return texts;
}
