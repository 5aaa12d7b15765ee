/** Criteria as they are written: names, operators and texts that nobody has checked yet. */
export type Criteria =
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Criteria[] }
  | {
      readonly kind: 'condition';
      readonly name: string;
      readonly operator: string;
      /** Unescaped parts of the value, cut at commas; `value` is the whole. */
      readonly values: readonly string[];
      readonly value: string;
      /** Place of the condition in the text, from 0. */
      readonly at: number;
    };

const escaped = /[()\\,]/g;
const escapeValue = (text: string): string => text.replace(escaped, '\\$&');

/** Writes criteria in the form that `parseCriteria` reads. */
export function formatCriteria(criteria: Criteria): string {
  if (criteria.kind === 'condition') {
    return `(${criteria.name}:${criteria.operator}:${criteria.values.map(escapeValue).join(',')})`;
  }
  return `(${criteria.parts.map(formatCriteria).join(criteria.kind === 'all' ? 'and' : 'or')})`;
}
