import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sourceFolder as source, sourceFiles, textsIn, textsOf } from './testing/sql-texts.ts';

/** Whose a table is, and which other folders name it in their SQL: those that write it, those that only read it. */
interface Ownership {
  readonly owner: string;
  readonly writers?: readonly string[];
  readonly readers?: readonly string[];
}

const owners: Readonly<Record<string, Ownership>> = JSON.parse(
  readFileSync(join(source, 'database', 'table-owners.json'), 'utf8'),
);
const migrations = join(source, 'database', 'migrations');
const scriptsIn = (folder: string): string[] =>
  readdirSync(join(migrations, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => readFileSync(join(migrations, folder, name), 'utf8'));
const tables = tablesOf(scriptsIn(''));

/** The tables that are there after some migrations. */
function tablesOf(scripts: readonly string[]): Set<string> {
  const found = new Set<string>();
  const statement = /^(?:CREATE TABLE (\w+)|DROP TABLE (\w+)|ALTER TABLE (\w+) RENAME TO (\w+))/gm;
  for (const [, created, dropped, before, after] of scripts.flatMap((script) => [...script.matchAll(statement)])) {
    for (const name of [dropped, before]) if (name !== undefined) found.delete(name);
    for (const name of [created, after]) if (name !== undefined) found.add(name);
  }
  return found;
}

/** The tables that a text of SQL names, and whether it writes them. A name alone may become part of any statement. */
function tablesIn(text: string): Map<string, 'reads' | 'writes'> {
  const found = new Map<string, 'reads' | 'writes'>();
  // Bare names of the accounts server are words of OAuth as well.
  if (tables.has(text)) return text.startsWith('crm_') ? found.set(text, 'writes') : found;
  for (const [, before, verb, name] of text.matchAll(
    /(DELETE\s+)?\b(FROM|JOIN|INTO|UPDATE|TRUNCATE|USING)\s+(?:ONLY\s+)?(\w+)/g,
  )) {
    if (!tables.has(name as string)) continue;
    const writes = before !== undefined || verb === 'INTO' || verb === 'UPDATE' || verb === 'TRUNCATE';
    if (writes || !found.has(name as string)) found.set(name as string, writes ? 'writes' : 'reads');
  }
  return found;
}

function usesOf(): Map<string, Map<string, 'reads' | 'writes'>> {
  const uses = new Map<string, Map<string, 'reads' | 'writes'>>();
  for (const file of sourceFiles()) {
    for (const text of textsOf(file)) {
      for (const [table, use] of tablesIn(text)) {
        const folders = uses.get(table) ?? new Map<string, 'reads' | 'writes'>();
        uses.set(table, folders);
        const folder = dirname(file);
        if (use === 'writes' || !folders.has(folder)) folders.set(folder, use);
      }
    }
  }
  return uses;
}

const uses = usesOf();
const isIn = (folder: string, owner: string) => folder === owner || folder.startsWith(`${owner}/`);

test('the statements of a text are told apart by what they do', () => {
  expect([...tablesIn('WITH gone AS (DELETE FROM crm_tag) UPDATE crm_record SET x = 1 FROM crm_reference')]).toEqual([
    ['crm_tag', 'writes'],
    ['crm_record', 'writes'],
    ['crm_reference', 'reads'],
  ]);
  const placed = '`FROM crm_tag WHERE $' + '{x}`';
  expect(textsIn(`const a = ${placed}; f("crm_record");`)).toEqual(['FROM crm_tag WHERE ?', 'crm_record']);
});

test('every table has an owner, and every owner a table', () => {
  expect(Object.keys(owners).sort()).toEqual([...tables].sort());
});

describe.each(Object.entries(owners))('%s', (table, { owner, writers = [], readers = [] }) => {
  const foreign = [...(uses.get(table) ?? [])].filter(([folder]) => !isIn(folder, owner));

  test(`is touched by ${owner} and those it lets only`, () => {
    const unknown = foreign.filter(
      ([folder, use]) => !writers.includes(folder) && (use === 'writes' || !readers.includes(folder)),
    );
    expect(unknown, `expected SQL over ${table} in ${owner}`).toEqual([]);
  });

  test('lets nobody who does not ask', () => {
    expect(writers.filter((folder) => !foreign.some(([each, use]) => each === folder && use === 'writes'))).toEqual([]);
    expect(readers.filter((folder) => !foreign.some(([each, use]) => each === folder && use === 'reads'))).toEqual([]);
  });
});

/** The part of the server that a folder belongs to. */
const partOf = (folder: string) => folder.split('/')[0] as string;

test('no part writes the tables of another, and accounts and the CRM do not even read those of each other', () => {
  const apart = new Set(['accounts', 'crm']);
  const crossed = [...uses].flatMap(([table, folders]) =>
    [...folders].flatMap(([folder, use]) => {
      const [part, owner] = [partOf(folder), partOf(owners[table]?.owner ?? '')];
      if (part === owner) return [];
      return use === 'writes' || (apart.has(part) && apart.has(owner)) ? [`${folder} ${use} ${table}`] : [];
    }),
  );
  expect(crossed).toEqual([]);
});

test('the CRM has no text that is the name of a table of the accounts server', () => {
  const named = sourceFiles()
    .filter((file) => isIn(file, 'crm'))
    .flatMap((file) =>
      textsOf(file).filter((text) => partOf(owners[text]?.owner ?? '') === 'accounts' && text.includes('_')),
    );
  expect(named).toEqual([]);
});

test('the role of an API that asks the accounts server has no rights on its tables, nor on sessions of the console', () => {
  const page = readFileSync(join(source, '..', '..', 'docs', 'scale.md'), 'utf8');
  const [, revoked = ''] = /REVOKE ALL ON ([\w\s,]+) FROM grantway_api/.exec(page) ?? [];
  const ofDataCenter = tablesOf(scriptsIn('data-center'));
  const hidden = Object.entries(owners)
    .filter(([table, { owner }]) => ofDataCenter.has(table) && ['accounts', 'console'].includes(partOf(owner)))
    .map(([table]) => table);
  expect(revoked.split(/,\s*/).sort()).toEqual(hidden.sort());
});

/** For processes of the release before; `accounts-contraction.ts` drops them, and so does the next release. */
const ofThisRelease = ['account_slot', 'account_slot', 'account_gone'];

test('no table has a trigger', () => {
  const names = (verb: string) =>
    scriptsIn('')
      .flatMap((script) => [...script.matchAll(new RegExp(`^${verb} TRIGGER (\\w+)`, 'gm'))])
      .map(([, name]) => name);
  const dropped = names('DROP');
  expect(dropped).not.toEqual([]);
  expect(names('CREATE').filter((name) => !dropped.includes(name))).toEqual(ofThisRelease.slice(1));
});
