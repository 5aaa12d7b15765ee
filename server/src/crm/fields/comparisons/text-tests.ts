import type { Asked, Literal } from '../model/comparison.ts';

/** What tests on texts and on choices have in common. */

const patterns = {
  starts_with: (text: string) => `${text}%`,
  ends_with: (text: string) => `%${text}`,
  contains: (text: string) => `%${text}%`,
} as const;

/** The pattern of a test for a part of a text, with what LIKE would take for a sign escaped; undefined for others. */
export function likePattern({ operator }: Asked, text: string): string | undefined {
  if (operator !== 'starts_with' && operator !== 'ends_with' && operator !== 'contains') return undefined;
  return patterns[operator](text.replace(/[\\%_]/g, '\\$&'));
}

/** Whether a text has the part that a test asks for; undefined for other tests. */
export function hasPart({ operator }: Asked, text: string, part: string): boolean | undefined {
  if (operator === 'starts_with') return text.startsWith(part);
  if (operator === 'ends_with') return text.endsWith(part);
  return operator === 'contains' ? text.includes(part) : undefined;
}

export function choicesOf(value: Literal | undefined): readonly string[] {
  return Array.isArray(value) ? value : [String(value)];
}
