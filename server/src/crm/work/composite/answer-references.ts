import { isJsonObject } from '../../kernel/json-body.ts';

/** References to earlier answers in a sub-request (crm-api 11): `@{1:$.data[0].details.id}`. */
const reference = /@\{([A-Za-z0-9_-]{1,50}):(\$[^{}]{0,200})\}/g;
const wholeReference = new RegExp(`^${reference.source}$`);
const pathStep = /\.([A-Za-z_$][\w$]{0,99})|\[(\d{1,4})\]|\['([^'\]]{1,100})'\]/g;

/** The ids of the sub-requests that a part of one refers to. */
export function referencesIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value === 'string') for (const match of value.matchAll(reference)) found.add(match[1] as string);
  else if (Array.isArray(value)) for (const item of value) referencesIn(item, found);
  else if (isJsonObject(value)) for (const item of Object.values(value)) referencesIn(item, found);
  return found;
}

/** A reference whose answer has nothing at its place. */
export class MissingReference {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * `value` with what its references stand for. A text that is one reference becomes the value itself, whatever its
 * type; inside a text (and in addresses, encoded) it is written out.
 * @throws MissingReference
 */
export function resolveReferences(
  value: unknown,
  answers: ReadonlyMap<string, unknown>,
  write: (value: unknown) => string = String,
): unknown {
  if (typeof value === 'string') {
    const whole = wholeReference.exec(value);
    if (whole && write === String) return valueAt(whole, answers);
    return value.replace(reference, (text, id, path) => {
      const found = valueAt([text, id, path], answers);
      if (typeof found === 'object') throw new MissingReference(text);
      return write(found);
    });
  }
  if (Array.isArray(value)) return value.map((item) => resolveReferences(item, answers, write));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveReferences(item, answers, write)]));
}

function valueAt([text, id, path]: readonly string[], answers: ReadonlyMap<string, unknown>): unknown {
  let value = answers.get(id as string);
  let end = 1;
  for (const step of (path as string).matchAll(pathStep)) {
    const key = step[1] ?? step[2] ?? step[3] ?? '';
    if (step.index !== end || typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) break;
    value = (value as Record<string, unknown>)[key];
    end += step[0].length;
  }
  if (end !== path?.length || value === undefined || value === null) throw new MissingReference(text as string);
  return value;
}

/** For references in addresses. */
export function encodeReference(value: unknown): string {
  return encodeURIComponent(String(value));
}
