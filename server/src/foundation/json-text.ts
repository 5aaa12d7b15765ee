import { parseDocument } from 'yaml';
import { UsableFailure } from './failure.ts';

/**
 * What a JSON text that a person wrote stands for. Stricter than JSON.parse, which takes the last of two equal keys without a
 * word; a byte order mark before it, as some editors write one, is skipped. No piece of the text is told but keys: it may be a
 * password.
 * @param what the text, for messages: `the config file grantway.json`.
 * @throws UsableFailure
 */
export function readJsonText(text: string, what: string): unknown {
  const json = text.replace(/^\ufeff/, '');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new UsableFailure(`${what} is not JSON: ${describeFault(json, (error as Error).message)}`);
  }
  // JSON is YAML, too, and that reader has an eye for it.
  const [twice] = parseDocument(json, { logLevel: 'silent' }).errors.filter(({ code }) => code === 'DUPLICATE_KEY');
  if (twice === undefined) return value;
  const [at] = twice.pos;
  const [key] = /"(?:[^"\\]|\\.)*"/y[Symbol.match](json.slice(at)) ?? ['a key'];
  throw new UsableFailure(
    `${what}: expected each key once, got ${key} twice in one object (again at ${placeOf(json, at)})`,
  );
}

function placeOf(json: string, at: number): string {
  const before = json.slice(0, at).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** The message of JSON.parse without the piece of the text that it may quote, and with the place that it may leave out. */
function describeFault(json: string, message: string): string {
  const told = message
    .replace(/(?:, )?(?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, '')
    .replace(/(?: in JSON)? at position .*$/s, '');
  return `${told || 'Unexpected text'} at ${placeOf(json, faultAt(json))}`;
}

/** Where the text stops being the beginning of some JSON text; its length, when only its end is missing. */
function faultAt(json: string): number {
  let [sound, unsound] = [0, json.length + 1];
  while (sound + 1 < unsound) {
    const middle = Math.floor((sound + unsound) / 2);
    if (mayGoOn(json.slice(0, middle))) sound = middle;
    else unsound = middle;
  }
  return sound;
}

function mayGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    const { message } = error as Error;
    const [, position] = /at position (\d+)/.exec(message) ?? [];
    return Number(position) === beginning.length || /^Unexpected end/.test(message);
  }
}
