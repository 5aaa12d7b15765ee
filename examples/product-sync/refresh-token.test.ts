import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Language, type Node, Parser } from '@vscode/tree-sitter-wasm';
import { beforeAll, expect, test } from 'vitest';

/**
 * There is no PowerShell where the tests run: the script is held against the grammar, and against its twin in sh, which
 * `product-sync.test.ts` runs.
 */
const [powershell, sh] = ['ps1', 'sh'].map((type) =>
  readFileSync(join(import.meta.dirname, `refresh-token.${type}`), 'utf8'),
) as [string, string];
let parser: Parser;

beforeAll(async () => {
  await Parser.init();
  const wasm = dirname(createRequire(import.meta.url).resolve('@vscode/tree-sitter-wasm'));
  parser = new Parser();
  parser.setLanguage(await Language.load(join(wasm, 'tree-sitter-powershell.wasm')));
});

/** Where the text is no PowerShell: line, and what stands there or is missing. */
function faultsIn(text: string): string[] {
  const found: string[] = [];
  const visit = (node: Node): void => {
    const line = node.startPosition.row + 1;
    if (node.isMissing) found.push(`${line}: ${node.type} is missing`);
    else if (node.isError) found.push(`${line}: ${node.text.slice(0, 60)}`);
    for (const child of node.children) if (child) visit(child);
  };
  const tree = parser.parse(text);
  if (tree) visit(tree.rootNode);
  return found;
}

test('refresh-token.ps1 is PowerShell', () => {
  expect(faultsIn(powershell)).toEqual([]);
  // What is none is seen.
  expect(faultsIn(powershell.replace('if ($Once) { exit 0 }', 'if ($Once) { exit 0 '))).not.toEqual([]);
});

test('both scripts read the same settings, send the same parameters and say the same', () => {
  const environment = (text: string, names: RegExp) =>
    [...new Set([...text.matchAll(names)].map(([, name]) => name))].toSorted();
  const known = ['ACCOUNTS', 'CLIENT_ID', 'CLIENT_SECRET', 'MARGIN_SECONDS', 'REFRESH_TOKEN'];
  expect(environment(powershell, /\$env:([A-Z_]+)/g)).toEqual(known);
  expect(environment(sh, /\$\{?(ACCOUNTS|MARGIN_SECONDS|CLIENT_ID|CLIENT_SECRET|REFRESH_TOKEN)\b/g)).toEqual(known);
  const parameters = (text: string) => [...text.matchAll(/data-urlencode = `?"(\w+)=/g)].map(([, name]) => name);
  expect(parameters(powershell)).toEqual(['grant_type', 'client_id', 'client_secret', 'refresh_token']);
  expect(parameters(sh)).toEqual(parameters(powershell));
  const said = (text: string) => [...text.matchAll(/"refresh-token: (\w+ ?\w*)/g)].map(([, words]) => words).toSorted();
  expect(said(powershell)).toEqual(said(sh));
});
