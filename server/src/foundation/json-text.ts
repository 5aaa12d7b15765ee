import { parseDocument } from 'yaml';
import { UsableFailure } from './failure.ts';

/**
 * What a JSON text that a person wrote stands for. Stricter than JSON.parse, which takes the last of two equal keys without a
 * word; a byte order mark before it, as some editors write one, is skipped.
 * @param what the text, for messages: `the config file grantway.json`.
 * @throws UsableFailure
 */
export function readJsonText(text: string, what: string): unknown {
  const json = text.replace(/^\ufeff/, '');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new UsableFailure(`${what} is not JSON: ${(error as Error).message}`);
  }
  // JSON is YAML, too, and that reader has an eye for it.
  const [twice] = parseDocument(json, { logLevel: 'silent' }).errors.filter(({ code }) => code === 'DUPLICATE_KEY');
  if (twice === undefined) return value;
  const [at] = twice.pos;
  const [key] = /"(?:[^"\\]|\\.)*"/y[Symbol.match](json.slice(at)) ?? ['a key'];
  const before = json.slice(0, at).split('\n');
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  throw new UsableFailure(`${what}: expected each key once, got ${key} twice in one object (again at ${place})`);
}
