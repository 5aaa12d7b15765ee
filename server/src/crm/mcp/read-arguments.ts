import { Refusal } from '../kernel/errors.ts';
import { writeJson } from '../kernel/json-body.ts';
import { newestVersion } from '../kernel/versions.ts';
import { documentPath } from '../wire/openapi/document.ts';
import type { Tool } from './tools.ts';

/** A tool's arguments as the call of the API that they mean. */
export interface ToolRequest {
  /** Values of the placeholders in the operation's path. */
  readonly path: readonly string[];
  /** Path and query of the same call over HTTP. */
  readonly url: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * Puts the arguments of a tool where the operation has them: in its path, query, headers and body. What they hold is
 * checked by the operation itself.
 * @throws Refusal INVALID_DATA for an unknown argument and one that is no text, number, boolean or list of such;
 *   REQUIRED_PARAM_MISSING for an absent part of the path
 */
export function readArguments({ operation, parameters }: Tool, given: Readonly<Record<string, unknown>>): ToolRequest {
  const known = new Map(parameters.map((each) => [each.name, each]));
  for (const name of Object.keys(given)) {
    if (!known.has(name)) throw misfit(name, `one of the arguments ${[...known.keys()].join(', ')}`, 'another name');
  }
  const path: string[] = [];
  const query = new URLSearchParams();
  const headers: Record<string, string> = {};
  let body = Buffer.alloc(0);
  for (const { name, in: place } of parameters) {
    const value = given[name];
    if (place === 'path') {
      const text = value === undefined ? '' : textOf(name, value);
      if (text === '') {
        throw new Refusal('REQUIRED_PARAM_MISSING', {
          details: { param_name: name },
          message: `expected the argument ${name}, got ${value === undefined ? 'none' : 'an empty text'}`,
        });
      }
      path.push(text);
    } else if (value === undefined) continue;
    else if (place === 'query') query.set(name, textOf(name, value));
    else if (place === 'header') headers[name.toLowerCase()] = textOf(name, value);
    else body = Buffer.from(writeJson(value));
  }
  let at = 0;
  const filled = documentPath(operation, newestVersion).replace(/\{\w+\}/g, () => encodeURIComponent(path[at++] ?? ''));
  return { path, url: query.size === 0 ? filled : `${filled}?${query}`, query, headers, body };
}

/** A value as a parameter has it: lists are separated by commas. */
function textOf(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((each) => textOf(name, each)).join(',');
  if (typeof value === 'string') {
    // What no address can carry (halves of surrogate pairs).
    if (!value.isWellFormed()) throw misfit(name, 'text of whole characters', 'half of a surrogate pair');
    return value;
  }
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  throw misfit(name, 'a text, number, boolean or list of these', value === null ? 'null' : 'an object');
}

function misfit(name: string, expected: string, came: string): Refusal {
  return new Refusal('INVALID_DATA', {
    details: { param_name: name.slice(0, 100) },
    message: `expected ${expected}, got ${came}`,
    reason: { expected, came },
  });
}
