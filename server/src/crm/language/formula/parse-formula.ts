import { FormulaFault, formulaTokens, type Token } from './tokens.ts';

/** A formula as a tree; `at` is the place in its text, from 1. */
export type FormulaTree =
  | { readonly kind: 'literal'; readonly value: number | string | boolean; readonly at: number }
  | { readonly kind: 'field'; readonly name: string; readonly at: number }
  | { readonly kind: 'call'; readonly name: string; readonly parts: readonly FormulaTree[]; readonly at: number }
  | {
      readonly kind: 'binary';
      readonly sign: BinarySign;
      readonly left: FormulaTree;
      readonly right: FormulaTree;
      readonly at: number;
    }
  | { readonly kind: 'unary'; readonly sign: '-' | '!'; readonly part: FormulaTree; readonly at: number };

export type BinarySign = '||' | '&&' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%' | '^';

const limits = { length: 2_000, depth: 50, parts: 50 } as const;

/** Signs by how strongly they bind, the weakest first; those of the wire with their usual name. */
const levels: readonly Readonly<Record<string, BinarySign>>[] = [
  { '||': '||' },
  { '&&': '&&' },
  { '==': '==', '=': '==', '!=': '!=', '<>': '!=' },
  { '<': '<', '<=': '<=', '>': '>', '>=': '>=' },
  { '+': '+', '-': '-' },
  { '*': '*', '/': '/', '%': '%' },
];

/** @throws FormulaFault */
export function parseFormula(text: string): FormulaTree {
  if (text.length > limits.length) {
    throw new FormulaFault(`a formula has at most ${limits.length} characters`, { at: limits.length, value: '' });
  }
  const parser = new Parser(formulaTokens(text));
  return parser.whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  #place = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): FormulaTree {
    const tree = this.#level(0);
    if (this.#next.kind !== 'end') throw new FormulaFault('the formula should end here', this.#next);
    return tree;
  }

  get #next(): Token {
    return this.#tokens[this.#place] as Token;
  }

  #take(sign: string): boolean {
    if (this.#next.kind !== 'sign' || this.#next.value !== sign) return false;
    this.#place++;
    return true;
  }

  #level(index: number): FormulaTree {
    const signs = levels[index];
    if (!signs) return this.#power();
    let left = this.#level(index + 1);
    for (;;) {
      const { kind, value, at } = this.#next;
      const sign = kind === 'sign' && Object.hasOwn(signs, value) ? signs[value] : undefined;
      if (!sign) return left;
      this.#place++;
      left = { kind: 'binary', sign, left, right: this.#level(index + 1), at };
    }
  }

  /** `2^3^2` is `2^(3^2)`, and `-2^2` is `-(2^2)`. */
  #power(): FormulaTree {
    const { at } = this.#next;
    if (++this.#depth > limits.depth) throw new FormulaFault('the formula is nested too deeply', this.#next);
    try {
      if (this.#take('-')) return { kind: 'unary', sign: '-', part: this.#power(), at };
      if (this.#take('!')) return { kind: 'unary', sign: '!', part: this.#power(), at };
      const base = this.#primary();
      const sign = this.#next;
      return this.#take('^') ? { kind: 'binary', sign: '^', left: base, right: this.#power(), at: sign.at } : base;
    } finally {
      this.#depth--;
    }
  }

  #primary(): FormulaTree {
    const token = this.#next;
    if (this.#take('(')) {
      const inner = this.#level(0);
      if (!this.#take(')')) throw new FormulaFault('a bracket is not closed', this.#next);
      return inner;
    }
    this.#place++;
    switch (token.kind) {
      case 'number':
      case 'text':
        return { kind: 'literal', value: token.value, at: token.at };
      case 'reference':
        return { kind: 'field', name: token.value, at: token.at };
      case 'name':
        return this.#named(token.value, token.at);
      default:
        throw new FormulaFault('a value is missing', token);
    }
  }

  /** A function, a truth, or a field by its API name. */
  #named(name: string, at: number): FormulaTree {
    if (this.#take('(')) return { kind: 'call', name, parts: this.#parts(), at };
    const folded = name.toLowerCase();
    if (folded === 'true' || folded === 'false') return { kind: 'literal', value: folded === 'true', at };
    return { kind: 'field', name, at };
  }

  #parts(): FormulaTree[] {
    const parts: FormulaTree[] = [];
    if (this.#take(')')) return parts;
    do {
      parts.push(this.#level(0));
      if (parts.length > limits.parts) throw new FormulaFault('a function has too many values', this.#next);
    } while (this.#take(','));
    if (!this.#take(')')) throw new FormulaFault('a bracket is not closed', this.#next);
    return parts;
  }
}
