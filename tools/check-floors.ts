// The lint step's check of `floors.json`: whoever imports from a higher floor, or from a neighbour on the same one, is
// told with file and line. Type imports count. With --write it draws the floors into docs/architecture.md instead.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { root, sourcesOf } from './sources.ts';

/** A folder whose parts stand above each other: from the ground up, parts of one line do not know each other. */
interface House {
  readonly folder: string;
  readonly floors: readonly (readonly string[])[];
  /** What a part does not import, although it stands lower. */
  readonly never?: Readonly<Record<string, readonly string[]>>;
}

const houses: readonly House[] = JSON.parse(readFileSync(join(root, 'tools', 'floors.json'), 'utf8'));
const page = join(root, 'docs', 'architecture.md');
const drawn = drawingIn(readFileSync(page, 'utf8'));

if (process.argv.includes('--write')) {
  writeFileSync(page, drawn);
} else {
  const problems = houses.flatMap(check);
  if (drawn !== readFileSync(page, 'utf8')) {
    problems.push('docs/architecture.md: the drawing of the floors is old; expected what `npm run floors` writes');
  }
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

/** @returns a line for each import that a house does not allow, and for each part that has no floor. */
function check(house: House): string[] {
  const floorOf = new Map(house.floors.flatMap((parts, floor) => parts.map((part) => [part, floor] as const)));
  const problems: string[] = [];
  for (const file of sourcesOf(house.folder)) {
    const part = partOf(house.folder, file);
    const floor = floorOf.get(part);
    if (floor === undefined) {
      problems.push(`${file}: "${part}" has no floor; expected it in tools/floors.json`);
      continue;
    }
    for (const { target, line } of importsOf(file)) {
      if (!target.startsWith(`${house.folder}/`)) continue;
      const other = partOf(house.folder, target);
      if (other === part) continue;
      const allowed = (floorOf.get(other) ?? Number.POSITIVE_INFINITY) < floor && !house.never?.[part]?.includes(other);
      if (!allowed) problems.push(`${file}:${line}: ${part} must not import ${other} (tools/floors.json)`);
    }
  }
  return problems;
}

/** The folder or file right below the house's own folder. */
function partOf(folder: string, file: string): string {
  return file.slice(folder.length + 1).split('/')[0] as string;
}

/** The files that a file imports or exports from by a relative path, with the line of each. */
function importsOf(file: string): { readonly target: string; readonly line: number }[] {
  const text = readFileSync(join(root, file), 'utf8');
  return parseAst(text, { lang: 'ts' }).body.flatMap((node) => {
    const source = 'source' in node ? node.source?.value : undefined;
    if (!source?.startsWith('.')) return [];
    const target = relative(root, join(root, dirname(file), source)).replaceAll('\\', '/');
    return [{ target, line: text.slice(0, node.start).split('\n').length }];
  });
}

/** The page with the floors of all houses between its two marks, the highest floor first. */
function drawingIn(text: string): string {
  const drawing = houses.map(({ folder, floors }) => {
    const lines = floors.toReversed().map((parts) => parts.join(' | '));
    const width = Math.max(...lines.map((line) => line.length), folder.length) + 2;
    const bar = `+${'-'.repeat(width)}+`;
    const rows = lines.flatMap((line) => [`| ${line.padEnd(width - 2)} |`, bar]);
    return [folder, bar, ...rows].join('\n');
  });
  const block = `<!-- floors -->\n\n\`\`\`\n${drawing.join('\n\n')}\n\`\`\`\n\n<!-- /floors -->`;
  return text.replace(/<!-- floors -->[\s\S]*<!-- \/floors -->/, () => block);
}
