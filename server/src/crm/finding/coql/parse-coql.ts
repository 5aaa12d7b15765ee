import { Refusal } from '../../kernel/errors.ts';
import type { AggregateName, ColumnName, ConditionTree, QueryTree, SelectItem, TestOperator } from './syntax-tree.ts';
import { clauseMissing, syntaxError, type Token, tokensOf } from './tokens.ts';

/** What a query may cost to read: its length, brackets inside each other, tests of its condition. */
const limits = { length: 20_000, depth: 32, tests: 100 } as const;

/** The words that clauses behind `where` begin with. */
const afterWhere = ['group', 'order', 'limit', 'offset'];
const aggregates = new Set<string>(['SUM', 'MIN', 'MAX', 'AVG', 'COUNT']);
const comparisons: Readonly<Record<string, TestOperator>> = {
  '=': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

/**
 * Reads a query by the grammar of crm-api 8. `and` binds closer than `or` where brackets do not say otherwise: the
 * original demands brackets around pairs, this takes both.
 * @throws Refusal SYNTAX_ERROR with the place, LIMIT_EXCEEDED.
 * @example parseCoql("select Last_Name from Leads where Email like '%@example.com' limit 5")
 */
export function parseCoql(query: string): QueryTree {
  if (query.length > limits.length) throw exceeded('query', limits.length);
  return new CoqlParser(query).parse();
}

export function exceeded(by: string, limit: number): Refusal {
  return new Refusal('LIMIT_EXCEEDED', { details: { by, limit } });
}

class CoqlParser {
  readonly #query: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #tests = 0;

  constructor(query: string) {
    this.#query = query;
    this.#tokens = tokensOf(query);
  }

  parse(): QueryTree {
    this.#expectWord('select');
    const columns = this.#list(() => this.#selectItem());
    this.#expectClause('from');
    const module = this.#moduleName();
    const view = this.#takeSign('#') ? this.#expect('number', 'the id of a custom view').text : undefined;
    this.#expectClause('where');
    const where = this.#condition(0);
    const groupBy = this.#takePair('group') ? this.#list(() => this.#columnName()) : [];
    const orderBy = this.#takePair('order') ? this.#list(() => this.#orderItem()) : [];
    const { limit, offset } = this.#window();
    if (!this.#atEnd()) throw this.#unexpected('the end of the query');
    return { columns, module, view, where, groupBy, orderBy, limit, offset };
  }

  #selectItem(): SelectItem {
    const { kind, text } = this.#token;
    const following = this.#tokens[this.#next + 1];
    const calls = kind === 'word' && aggregates.has(text) && following?.kind === 'sign' && following.text === '(';
    if (!calls) return { aggregate: undefined, column: this.#columnName(), alias: this.#alias() };
    this.#next += 2;
    const all = text === 'COUNT' && this.#takeSign('*');
    const column = all ? undefined : this.#columnName();
    this.#expectSign(')');
    return { aggregate: text as AggregateName, column, alias: this.#alias() };
  }

  #alias(): string | undefined {
    if (!this.#takeWord('as')) return undefined;
    const { kind } = this.#token;
    return this.#expect(kind === 'text' ? 'text' : 'word', 'an alias').text;
  }

  #moduleName(): string {
    this.#takeSign('!');
    const { kind } = this.#token;
    return this.#expect(kind === 'text' ? 'text' : 'word', 'a module').text;
  }

  /** A name, perhaps in quotes, with the look-ups that lead to it. */
  #columnName(): ColumnName {
    const token = this.#token;
    if (token.kind === 'text') {
      this.#next++;
      const parts = token.text.split('.').map((part) => {
        const [name = '', module] = part.split('->');
        return module === undefined ? { name } : { name, module };
      });
      return { parts, text: token.text };
    }
    // `!Leads.Owner.id`: the first name is that of the module.
    const base = this.#takeSign('!') ? { base: this.#expect('word', 'a module').text } : {};
    if (base.base !== undefined) this.#expectSign('.');
    const start = this.#token.at;
    const parts: { name: string; module?: string }[] = [];
    let end = start;
    do {
      const name = this.#expect('word', 'a column');
      end = name.at + name.text.length;
      if (this.#takeSign('->')) {
        const module = this.#expect('word', 'a module');
        parts.push({ name: name.text, module: module.text });
        end = module.at + module.text.length;
      } else parts.push({ name: name.text });
    } while (this.#takeSign('.'));
    return { ...base, parts, text: this.#query.slice(start, end) };
  }

  #condition(depth: number): ConditionTree {
    return this.#chain('any', 'or', () => this.#chain('all', 'and', () => this.#operand(depth)));
  }

  #chain(kind: 'all' | 'any', word: string, part: () => ConditionTree): ConditionTree {
    const parts = [part()];
    while (this.#takeWord(word)) parts.push(part());
    return parts.length === 1 ? (parts[0] as ConditionTree) : { kind, parts };
  }

  #operand(depth: number): ConditionTree {
    if (!this.#takeSign('(')) return this.#test();
    if (depth >= limits.depth) throw exceeded('brackets', limits.depth);
    const condition = this.#condition(depth + 1);
    this.#expectSign(')');
    return condition;
  }

  #test(): ConditionTree {
    if (++this.#tests > limits.tests) throw exceeded('where', limits.tests);
    const column = this.#columnName();
    const test = (operator: TestOperator, negated: boolean, values: readonly string[]): ConditionTree => ({
      kind: 'test',
      column,
      operator,
      negated,
      values,
    });
    const { kind, text } = this.#token;
    const comparison = kind === 'sign' && Object.hasOwn(comparisons, text) ? comparisons[text] : undefined;
    if (comparison) {
      this.#next++;
      return test(comparison, false, [this.#literal()]);
    }
    if (this.#takeWord('is')) {
      const negated = this.#takeWord('not');
      this.#expectWord('null', true);
      return test('is null', negated, []);
    }
    const negated = this.#takeWord('not');
    if (this.#takeWord('like')) return test('like', negated, [this.#literal()]);
    if (this.#takeWord('between')) {
      const from = this.#literal();
      this.#expectWord('and');
      return test('between', negated, [from, this.#literal()]);
    }
    if (!this.#takeWord('in')) throw this.#unexpected('an operator');
    this.#expectSign('(');
    const values = this.#list(() => this.#literal());
    this.#expectSign(')');
    return test('in', negated, values);
  }

  /** The text of a value, whatever its kind: the column says how it is read. */
  #literal(): string {
    const { kind, text } = this.#token;
    const isTruth = kind === 'word' && /^(true|false)$/i.test(text);
    if (kind !== 'text' && kind !== 'number' && !isTruth) throw this.#unexpected('a value');
    this.#next++;
    return isTruth ? text.toLowerCase() : text;
  }

  #orderItem(): QueryTree['orderBy'][number] {
    const column = this.#columnName();
    if (this.#takeWord('desc')) return { column, ascending: false };
    this.#takeWord('asc');
    return { column, ascending: true };
  }

  /** `limit 5`, `limit 10, 5`, `limit 5 offset 10`, `offset 10` */
  #window(): { limit: number | undefined; offset: number | undefined } {
    let limit: number | undefined;
    let offset: number | undefined;
    if (this.#takeWord('limit')) {
      limit = this.#count();
      if (this.#takeSign(',')) [offset, limit] = [limit, this.#count()];
    }
    if (offset === undefined && this.#takeWord('offset')) offset = this.#count();
    return { limit, offset };
  }

  #count(): number {
    const token = this.#expect('number', 'a whole number');
    if (!/^\d{1,9}$/.test(token.text)) throw syntaxError(this.#query, token.at, 'a whole number');
    return Number(token.text);
  }

  #list<Item>(item: () => Item): Item[] {
    const items = [item()];
    while (this.#takeSign(',')) items.push(item());
    return items;
  }

  #atEnd(): boolean {
    return this.#token.kind === 'end';
  }

  get #token(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #takeWord(word: string): boolean {
    const { kind, text } = this.#token;
    if (kind !== 'word' || text.toLowerCase() !== word) return false;
    this.#next++;
    return true;
  }

  /** The word that begins a clause, unless what comes instead is a later one or the end. */
  #expectClause(word: 'from' | 'where'): void {
    const { kind, text } = this.#token;
    const later = word === 'from' ? ['where', ...afterWhere] : afterWhere;
    if (this.#atEnd() || (kind === 'word' && later.includes(text.toLowerCase()))) throw clauseMissing(word);
    this.#expectWord(word);
  }

  /** `group by`, `order by` */
  #takePair(word: string): boolean {
    if (!this.#takeWord(word)) return false;
    this.#expectWord('by');
    return true;
  }

  /** The original writes `is null` with and without quotes around the last word. */
  #expectWord(word: string, orText = false): void {
    if (orText && this.#token.kind === 'text' && this.#token.text.toLowerCase() === word) this.#next++;
    else if (!this.#takeWord(word)) throw this.#unexpected(`"${word}"`);
  }

  #takeSign(sign: string): boolean {
    const { kind, text } = this.#token;
    if (kind !== 'sign' || text !== sign) return false;
    this.#next++;
    return true;
  }

  #expectSign(sign: string): void {
    if (!this.#takeSign(sign)) throw this.#unexpected(`"${sign}"`);
  }

  #expect(kind: Token['kind'], expected: string): Token {
    const token = this.#token;
    if (token.kind !== kind) throw this.#unexpected(expected);
    this.#next++;
    return token;
  }

  #unexpected(expected: string): Refusal {
    return syntaxError(this.#query, this.#token.at, expected);
  }
}
