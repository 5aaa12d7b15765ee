/**
 * Writes `docs/reference`: what each package exports, from the comments and declarations of its sources, and the settings. A test keeps it
 * current, and another one runs the examples. Run it as `npm run reference`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packages, readEntries } from './reference/entries.ts';
import type { Documented } from './reference/read-package.ts';
import { settingsPage } from './reference/settings-page.ts';

export const referenceFolder = join(import.meta.dirname, '..', 'docs', 'reference');

const code = (text: string) => `\`\`\`ts\n${text}\n\`\`\``;

function describe({ name, signature, text, example, throws, members }: Documented, owner?: string): string {
  const heading = owner === undefined ? `### ${name}` : `#### ${owner}.${name}`;
  const lines = [heading, text, code(signature)];
  if (throws) lines.push(`Throws ${throws}`);
  if (example) lines.push(`Example:\n\n${code(example)}`);
  return [...lines.filter((each) => each !== ''), ...members.map((each) => describe(each, name))].join('\n\n');
}

/** The page of a package. */
function pageOf(folder: string): string {
  const entries = readEntries(folder);
  const head = `# ${entries[0]?.name}: reference\n\nMade from the sources by \`npm run reference\`; change them, not this page. [README](../../sdk/${folder}/README.md)`;
  const sections = entries.map(({ name, items }) =>
    [`## \`${name}\``, ...items.map((item) => describe(item))].join('\n\n'),
  );
  return `${[head, ...sections].join('\n\n')}\n`;
}

/** The pages by their names, as they have to be. */
export const referencePages = (): Readonly<Record<string, string>> =>
  Object.fromEntries([...packages.map((folder) => [`${folder}.md`, pageOf(folder)]), ['settings.md', settingsPage()]]);

if (import.meta.main) {
  mkdirSync(referenceFolder, { recursive: true });
  for (const [name, page] of Object.entries(referencePages())) writeFileSync(join(referenceFolder, name), page);
}
