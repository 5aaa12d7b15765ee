/** The statements of a script of SQL, without comments, each on one line. Quoted texts and bodies of functions stay whole. */
export function statementsIn(script: string): string[] {
  const parts = script.matchAll(/--[^\n]*|'(?:[^']|'')*'|(\$\w*\$)[\s\S]*?\1|;|[^-'$;]+|[-$]/g);
  const statements = [''];
  for (const [part] of parts) {
    if (part === ';') statements.push('');
    else if (!part.startsWith('--')) statements.push(`${statements.pop()}${part}`);
  }
  return statements.map((statement) => statement.replaceAll(/\s+/g, ' ').trim()).filter(Boolean);
}

/** What an action of ALTER TABLE takes away from programs that know the table as it was, or forbids them. */
const contractingActions: readonly RegExp[] = [
  /\bDROP\b/i,
  /\bRENAME\b/i,
  /\bSET NOT NULL\b/i,
  /\bALTER (?:COLUMN )?\w+ (?:SET DATA )?TYPE\b/i,
  /\bADD (?:CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN|EXCLUDE)\b/i,
  /\bADD (?:COLUMN )?(?:IF NOT EXISTS )?(?!CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN|EXCLUDE)\w+ (?:(?!\bDEFAULT\b|\bGENERATED\b|, (?:ADD|ALTER|DROP)\b).)*\bNOT NULL\b(?!(?:(?!, (?:ADD|ALTER|DROP)\b).)*\b(?:DEFAULT|GENERATED)\b)/i,
];

/**
 * The statements of scripts, in the order in which they are run, that contract: after one of them a program that knows the
 * tables as they were before the scripts may find something missing, or something that it does refused. Tables that the
 * scripts make are unknown to it.
 */
export function contractingStatements(scripts: readonly string[]): string[][] {
  const made = new Set<string>();
  return scripts.map((script) =>
    statementsIn(script).filter((statement) => {
      const [, created] = /^CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)/i.exec(statement) ?? [];
      if (created !== undefined) made.add(created);
      const [, table] =
        /^ALTER TABLE (?:IF EXISTS )?(?:ONLY )?(\w+)/i.exec(statement) ??
        /^CREATE UNIQUE INDEX .*?\bON (?:ONLY )?(\w+)/i.exec(statement) ??
        /^(?:DROP|TRUNCATE) TABLE (?:IF EXISTS )?(\w+)/i.exec(statement) ??
        [];
      return contracts(statement) && (table === undefined || !made.has(table));
    }),
  );
}

function contracts(statement: string): boolean {
  if (/^(?:DROP|TRUNCATE|CREATE UNIQUE INDEX)\b/i.test(statement)) return true;
  if (/^ALTER TABLE\b/i.test(statement)) return contractingActions.some((action) => action.test(statement));
  if (/^ALTER\b/i.test(statement)) return /\b(?:DROP|RENAME)\b/i.test(statement);
  // What a block does cannot be told by its text alone; these words do not stand in one that only adds.
  return /^DO\b/i.test(statement) && /\b(?:DROP|RENAME|TRUNCATE|SET NOT NULL|TYPE)\b/i.test(statement);
}
