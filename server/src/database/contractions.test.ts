import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAtLeast } from '../foundation/version.ts';
import { migrationsOfPreviousRelease, previousRelease, whyNoPreviousRelease } from '../testing/previous-release.ts';
import { type Contraction, contractions } from './contractions.ts';
import type { DatabaseKind } from './migrate.ts';
import { contractingStatements, statementsIn } from './testing/contracting.ts';
import { sourceFolder } from './testing/sql-texts.ts';

/**
 * Migrations expand, then contract: what the release before still reads or does is taken away by none. A statement that
 * takes something away stands in `contractions.json`, with the release since which nothing needs it.
 */
const kinds = ['directory', 'data-center'] as const;

function namesOf(kind: DatabaseKind): string[] {
  return readdirSync(join(sourceFolder, 'database', 'migrations', kind))
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .sort();
}

/** Those that the previous release does not have, by their names in the list. */
function contracting(): Map<string, string[]> {
  return new Map(
    kinds.flatMap((kind) => {
      const names = namesOf(kind).filter((name) => name > previousRelease.lastMigrations[kind]);
      const folder = join(sourceFolder, 'database', 'migrations', kind);
      const found = contractingStatements(names.map((name) => readFileSync(join(folder, `${name}.sql`), 'utf8')));
      return names.map((name, index) => [`${kind}/${name}`, found[index] ?? []] as const);
    }),
  );
}

describe('what contracts is told from what expands', () => {
  test.each([
    'DROP TABLE a',
    'DROP INDEX b',
    'ALTER TABLE a DROP COLUMN b',
    'ALTER TABLE a DROP b',
    'ALTER TABLE a DROP CONSTRAINT b, ADD COLUMN c text',
    'ALTER TABLE a ADD COLUMN c text, ADD CONSTRAINT d CHECK (c > 0)',
    'ALTER TABLE a RENAME TO b',
    'ALTER TABLE a RENAME COLUMN b TO c',
    'ALTER TABLE a ALTER COLUMN b SET NOT NULL',
    'ALTER TABLE a ALTER b TYPE bigint',
    'ALTER TABLE ONLY a ALTER COLUMN b SET DATA TYPE bigint USING b::bigint',
    'ALTER TABLE a ALTER COLUMN b DROP DEFAULT',
    'ALTER TABLE a ADD COLUMN b text NOT NULL',
    'ALTER TABLE a ADD b text NOT NULL, ADD COLUMN c integer DEFAULT 0',
    'ALTER TABLE a ADD COLUMN b integer DEFAULT 0, ADD COLUMN c text NOT NULL',
    'CREATE UNIQUE INDEX b ON a (c)',
    'TRUNCATE TABLE a',
    "DO $$ BEGIN EXECUTE 'ALTER TABLE a DROP COLUMN b'; END $$",
  ])('%s', (statement) => {
    expect(contractingStatements([`-- Why.\n${statement};\nSELECT 1`])).toEqual([[statement]]);
  });

  test.each([
    'CREATE TABLE a (b text NOT NULL UNIQUE)',
    'CREATE INDEX b ON a (c)',
    'ALTER TABLE a ADD COLUMN b text',
    'ALTER TABLE a ADD COLUMN b boolean NOT NULL DEFAULT false',
    'ALTER TABLE a ADD COLUMN b integer DEFAULT 0 NOT NULL, ADD COLUMN c text',
    'ALTER TABLE a ADD COLUMN b bigint NOT NULL GENERATED ALWAYS AS (c * 2) STORED',
    'ALTER TABLE a ALTER COLUMN b SET DEFAULT 1',
    "INSERT INTO a VALUES ('DROP TABLE b; DROP TABLE c')",
    'CREATE TABLE n (b text); ALTER TABLE n ADD COLUMN c text NOT NULL; CREATE UNIQUE INDEX d ON n (c); DROP TABLE n',
  ])('%s', (script) => {
    expect(contractingStatements([script])).toEqual([[]]);
  });

  test('statements are parted where they end, and nowhere else', () => {
    const script = "SELECT ';', 'it''s'; -- no; more\nDO $x$ BEGIN a; b; END $x$;\n\nSELECT 1 - 2";
    expect(statementsIn(script)).toEqual(["SELECT ';', 'it''s'", 'DO $x$ BEGIN a; b; END $x$', 'SELECT 1 - 2']);
  });
});

describe('migrations that the previous release does not have', () => {
  const covers = ({ statements }: Contraction, text: string) => statements.some((each) => text.startsWith(each));

  test.each([...contracting()])('%s takes away nothing but what is listed', (name, found) => {
    const listed = contractions[name] ?? [];
    const unlisted = found.filter((text) => !listed.some((each) => covers(each, text)));
    expect(unlisted, `expected in contractions.json, with the release since which nothing needs it`).toEqual([]);
  });

  test('the list names nothing else, and says why', () => {
    const found = contracting();
    const idle = [...found].flatMap(([name, texts]) =>
      (contractions[name] ?? [])
        .flatMap(({ statements }) => statements)
        .filter((statement) => !texts.some((text) => text.startsWith(statement))),
    );
    expect(idle).toEqual([]);
    const named = kinds.flatMap((kind) => namesOf(kind).map((each) => `${kind}/${each}`));
    expect(Object.keys(contractions).filter((name) => !named.includes(name))).toEqual([]);
    for (const each of Object.values(contractions).flat()) expect(each.why).not.toBe('');
  });

  test(`what is taken away release ${previousRelease.version} does not need any more`, () => {
    const tooEarly = [...contracting().keys()]
      .flatMap((name) => contractions[name] ?? [])
      .filter(({ since }) => !isAtLeast(previousRelease.version, since));
    expect(tooEarly).toEqual([]);
  });
});

const missing = whyNoPreviousRelease();
const title = 'its migrations are those up to the ones that previous-release.json names';
if (missing !== undefined) test.skip(`${title}: ${missing}`, () => {});
test.skipIf(missing !== undefined).each(kinds)(`${title} (%s)`, (kind) => {
  const upTo = namesOf(kind).filter((name) => name <= previousRelease.lastMigrations[kind]);
  expect(upTo).toEqual(migrationsOfPreviousRelease(kind));
});
