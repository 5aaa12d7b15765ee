import { existsSync, readFileSync } from 'node:fs';

/** Contract documents and wire cases of the API that the platform is a twin of. They are kept beside the project. */
export const contractFolder = process.env.GRANTWAY_CONTRACTS
  ? new URL(`file://${process.env.GRANTWAY_CONTRACTS}/`)
  : new URL('../../../../../shared/oas/', import.meta.url);

/** A contract document, or undefined where the documents are not available. */
export function readContract(file: string): unknown {
  const url = new URL(file, contractFolder);
  return existsSync(url) ? JSON.parse(readFileSync(url, 'utf8')) : undefined;
}

export interface WireCase {
  readonly id: string;
  readonly why: string;
  readonly steps: readonly WireStep[];
}

export interface WireStep {
  /** Instead of `request`: asked again until the values at these paths are there. */
  readonly poll?: { readonly method: string; readonly path: string };
  readonly until?: Readonly<Record<string, unknown>>;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly query?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string | null>>;
    readonly body?: unknown;
    readonly rawBody?: string;
    readonly multipart?: Readonly<Record<string, { readonly filename: string; readonly content: string }>>;
    readonly scopes?: readonly string[];
    readonly auth?: 'none' | 'garbage';
  };
  readonly expect: {
    readonly status: number | readonly number[];
    readonly json?: unknown;
    readonly body?: string;
    readonly headerPresent?: readonly string[];
    readonly codeIn?: readonly string[];
    readonly contains?: readonly [string, readonly unknown[]];
    readonly zipEntries?: readonly string[];
  };
  readonly save?: Readonly<Record<string, string>>;
}

const patterns: Readonly<Record<string, (value: unknown) => boolean>> = {
  '<id>': (value) => typeof value === 'string' && /^\d+$/.test(value),
  '<string>': (value) => typeof value === 'string' && value !== '',
  '<number>': (value) => typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value)),
  '<datetime>': (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/.test(value),
  '<array>': Array.isArray,
  '<object>': (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** Where `actual` does not match the case's partial `expected`; undefined when it does. */
export function mismatch(expected: unknown, actual: unknown, at = '$'): string | undefined {
  const pattern = typeof expected === 'string' ? patterns[expected] : undefined;
  if (pattern) return pattern(actual) ? undefined : `${at}: ${JSON.stringify(actual)} is no ${expected}`;
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return `${at}: ${JSON.stringify(actual)} is no array`;
    return firstOf(expected.entries(), ([index, item]) => mismatch(item, actual[index], `${at}[${index}]`));
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null) return `${at}: ${JSON.stringify(actual)} is no object`;
    return firstOf(Object.entries(expected), ([key, value]) =>
      mismatch(value, (actual as Record<string, unknown>)[key], `${at}.${key}`),
    );
  }
  return expected === actual ? undefined : `${at}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`;
}

function firstOf<Item>(items: Iterable<Item>, find: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The values at a path such as `$.data[0].details.id` or `$.modules[*].api_name`. */
export function valuesAt(path: string, json: unknown): unknown[] {
  let values = [json];
  for (const step of path.match(/[A-Za-z_$][\w$]*|\*|\d+/g)?.slice(1) ?? []) {
    values = values.flatMap((value) =>
      step === '*' ? (value as unknown[]) : [(value as Record<string, unknown> | undefined)?.[step]],
    );
  }
  return values;
}
