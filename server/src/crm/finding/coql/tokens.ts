import { Refusal } from '../../kernel/errors.ts';

/** One word or sign of a COQL query, with its place for errors. */
export interface Token {
  readonly kind: 'word' | 'text' | 'number' | 'sign' | 'end';
  /** As written; for texts without quotes and escapes. */
  readonly text: string;
  readonly at: number;
}

const blank = /[\s]+/y;
const word = /[A-Za-z_$][\w$]*/y;
const number = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)/y;
const quoted = /'(?:[^'\\]|\\[\s\S]|'')*'/y;
/** `${TODAY}` */
const readerWord = /\$\{[A-Z]{1,30}\}/y;
const sign = /->|!=|<>|<=|>=|[=<>(),.#*!]/y;

/**
 * The tokens of a query, the last one being its end. Every pattern is tried at one place only and reads each character
 * once, so the time is that of reading the query.
 * @throws Refusal SYNTAX_ERROR at what is no token.
 */
export function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const text = pattern.exec(query)?.[0];
    at += text?.length ?? 0;
    return text;
  };
  for (take(blank); at < query.length; take(blank)) {
    const start = at;
    const token = (kind: Token['kind'], text: string | undefined) =>
      text === undefined ? false : tokens.push({ kind, text, at: start }) > 0;
    if (token('text', take(readerWord)) || token('word', take(word)) || token('number', take(number))) continue;
    if (!(token('text', unquoted(take(quoted))) || token('sign', take(sign)))) throw syntaxError(query, start);
  }
  tokens.push({ kind: 'end', text: '', at: query.length });
  return tokens;
}

/** The text between quotes: a backslash or a second quote makes a quote part of it. */
function unquoted(text: string | undefined): string | undefined {
  return text?.slice(1, -1).replace(/\\([\s\S])|''/g, (_, char: string | undefined) => char ?? "'");
}

const nearLength = 30;

/** A query that cannot be read, with the place: lines and columns begin at 1. */
export function syntaxError(query: string, at: number, expected?: string): Refusal {
  const before = query.slice(0, at).split('\n');
  const near = /^\s*(\S{1,30})/.exec(query.slice(at, at + nearLength))?.[1] ?? '';
  return new Refusal('SYNTAX_ERROR', {
    details: { near, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 },
    reason: expected === undefined ? {} : { expected },
  });
}

/** A query without a clause that every query has. */
export function clauseMissing(clause: string): Refusal {
  return new Refusal('SYNTAX_ERROR', { details: { clause } });
}
