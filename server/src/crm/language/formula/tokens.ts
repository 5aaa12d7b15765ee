/** A piece of a formula, with the place of its first character from 1. */
export type Token =
  | { readonly kind: 'number'; readonly value: number; readonly at: number }
  | { readonly kind: 'text'; readonly value: string; readonly at: number }
  /** `${Leads.Annual Revenue}`: what stands in it. */
  | { readonly kind: 'reference'; readonly value: string; readonly at: number }
  | { readonly kind: 'name'; readonly value: string; readonly at: number }
  | { readonly kind: 'sign'; readonly value: string; readonly at: number }
  | { readonly kind: 'end'; readonly value: ''; readonly at: number };

/** What is wrong with a formula, and where. */
export class FormulaFault extends Error {
  readonly at: number;
  readonly near: string;

  constructor(message: string, { at, value }: { readonly at: number; readonly value: string | number }) {
    super(message);
    this.at = at;
    this.near = String(value).slice(0, 50);
  }
}

const signs = [
  '&&',
  '||',
  '==',
  '!=',
  '<=',
  '>=',
  '<>',
  '<',
  '>',
  '=',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '!',
  '(',
  ')',
  ',',
];
const number = /^(\d{1,20}(\.\d{1,20})?|\.\d{1,20})/;
const name = /^[A-Za-z_][A-Za-z0-9_]*/;

/** The tokens of a formula, an end last. @throws FormulaFault */
export function formulaTokens(text: string): Token[] {
  const tokens: Token[] = [];
  for (let place = 0; place < text.length; ) {
    const rest = text.slice(place);
    const at = place + 1;
    const blanks = /^\s+/.exec(rest)?.[0].length ?? 0;
    if (blanks > 0) {
      place += blanks;
      continue;
    }
    const [token, length] = nextToken(rest, at);
    tokens.push(token);
    place += length;
  }
  return [...tokens, { kind: 'end', value: '', at: text.length + 1 }];
}

function nextToken(rest: string, at: number): [Token, number] {
  const digits = number.exec(rest)?.[0];
  if (digits !== undefined) return [{ kind: 'number', value: Number(digits), at }, digits.length];
  if (rest.startsWith('${')) {
    const end = rest.indexOf('}');
    if (end < 0) throw new FormulaFault('a reference has no end', { at, value: rest });
    return [{ kind: 'reference', value: rest.slice(2, end).trim(), at }, end + 1];
  }
  const [quote = ''] = rest;
  if (quote === "'" || quote === '"') return quoted(rest, quote, at);
  const word = name.exec(rest)?.[0];
  if (word !== undefined) return [{ kind: 'name', value: word, at }, word.length];
  const sign = signs.find((each) => rest.startsWith(each));
  if (sign !== undefined) return [{ kind: 'sign', value: sign, at }, sign.length];
  throw new FormulaFault('a character that no formula has', { at, value: quote });
}

/** A text in quotes; a backslash takes the next character as it is. */
function quoted(rest: string, quote: string, at: number): [Token, number] {
  let value = '';
  for (let place = 1; place < rest.length; place++) {
    const letter = rest[place] as string;
    if (letter === quote) return [{ kind: 'text', value, at }, place + 1];
    if (letter === '\\' && place + 1 < rest.length) value += rest[++place];
    else value += letter;
  }
  throw new FormulaFault('a text has no end', { at, value: rest });
}
