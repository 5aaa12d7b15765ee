import { Refusal } from '../../kernel/errors.ts';
import type { Criteria } from './criteria-tree.ts';

/** Most conditions of one search, and brackets inside each other. */
export const maxConditions = 15;
const maxDepth = 32;

/**
 * Reads criteria by the grammar of crm-api 6.10: conditions `(name:operator:value)` joined by `and` and `or`, in
 * brackets; `and` binds closer. One pass, no way back, so the time is that of reading the text.
 * @throws Refusal INVALID_QUERY with the place, CRITERIA_LIMIT_EXCEEDED.
 * @example parseCriteria('((Last_Name:equals:Burns\\, B)and(Company:starts_with:Zylker))')
 */
export function parseCriteria(text: string): Criteria {
  return new CriteriaParser(text).parse();
}

class CriteriaParser {
  readonly #text: string;
  #at = 0;
  #conditions = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Criteria {
    this.#skipBlanks();
    const criteria = this.#peek() === '(' ? this.#alternatives(0) : this.#condition(undefined);
    this.#skipBlanks();
    if (this.#at < this.#text.length) throw this.#unexpected('the end of the criteria');
    return criteria;
  }

  #alternatives(depth: number): Criteria {
    return this.#chain('any', 'or', () => this.#chain('all', 'and', () => this.#bracket(depth)));
  }

  #chain(kind: 'all' | 'any', word: string, part: () => Criteria): Criteria {
    const parts = [part()];
    while (this.#takeWord(word)) parts.push(part());
    return parts.length === 1 ? (parts[0] as Criteria) : { kind, parts };
  }

  #bracket(depth: number): Criteria {
    this.#skipBlanks();
    if (this.#peek() !== '(') throw this.#unexpected('"("');
    if (depth >= maxDepth) throw this.#unexpected(`at most ${maxDepth} brackets inside each other`);
    this.#at++;
    this.#skipBlanks();
    if (this.#peek() !== '(') return this.#condition(')');
    const criteria = this.#alternatives(depth + 1);
    this.#skipBlanks();
    if (this.#peek() !== ')') throw this.#unexpected('"and", "or" or ")"');
    this.#at++;
    return criteria;
  }

  /** `name:operator:value` up to `end`, or to the end of the text when there are no brackets around it. */
  #condition(end: ')' | undefined): Criteria {
    if (++this.#conditions > maxConditions) {
      throw new Refusal('CRITERIA_LIMIT_EXCEEDED', {
        details: { limit: maxConditions },
        message: `no of criterium that can be given exceed the limit ${maxConditions}`,
      });
    }
    const at = this.#at;
    const name = this.#word('the API name of a field');
    const operator = this.#word('an operator');
    return { kind: 'condition', name, operator, at, ...this.#value(end) };
  }

  /** Letters, digits and the like up to a colon, which is taken too. */
  #word(expected: string): string {
    this.#skipBlanks();
    const pattern = /[A-Za-z$][\w$.]{0,120}/y;
    pattern.lastIndex = this.#at;
    const word = pattern.exec(this.#text)?.[0];
    if (word === undefined) throw this.#unexpected(expected);
    this.#at += word.length;
    this.#skipBlanks();
    if (this.#peek() !== ':') throw this.#unexpected('":"');
    this.#at++;
    return word;
  }

  #value(end: ')' | undefined): { value: string; values: string[] } {
    const values: string[] = [];
    let part = '';
    let value = '';
    for (; this.#at < this.#text.length; this.#at++) {
      let char = this.#text[this.#at] as string;
      if (char === end) break;
      if (char === ',') {
        values.push(part);
        part = '';
        value += char;
        continue;
      }
      const next = this.#text[this.#at + 1];
      if (char === '\\' && next !== undefined && '(),\\'.includes(next)) {
        char = next;
        this.#at++;
      }
      part += char;
      value += char;
    }
    if (end !== undefined && this.#peek() !== end) throw this.#unexpected('")"');
    if (end !== undefined) this.#at++;
    values.push(part);
    return { value, values };
  }

  #takeWord(word: string): boolean {
    this.#skipBlanks();
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #skipBlanks(): void {
    while (this.#peek() === ' ') this.#at++;
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #unexpected(expected: string): Refusal {
    const near = this.#text.slice(this.#at, this.#at + 20);
    return invalidQuery({
      reason: `expected ${expected} at position ${this.#at + 1}`,
      value: near === '' ? 'the end of the criteria' : near,
      position: this.#at + 1,
    });
  }
}

export function invalidQuery(details: Readonly<Record<string, unknown>>): Refusal {
  return new Refusal('INVALID_QUERY', { details });
}
