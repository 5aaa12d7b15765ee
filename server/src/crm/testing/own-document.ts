import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { localDataCenter } from '../../config/data-centers.ts';
import type { CrmCall } from '../kernel/call.ts';
import { inVersion } from '../kernel/description.ts';
import type { Operation } from '../kernel/operation.ts';
import { newestVersion, type Version } from '../kernel/versions.ts';
import { chapters, operations } from '../operations.ts';
import { documentPath, openApiDocument } from '../wire/openapi/document.ts';
import { publicPath } from '../wire/openapi/routes.ts';
import { Router } from '../wire/router.ts';
import { unbuiltPaths } from '../wire/unbuilt-paths.ts';

/**
 * Holds what the server does against its own OpenAPI documents: every answer must be one that the document declares,
 * with no key that it does not name, and no handler may read a parameter or header that it does not describe.
 */
interface SeenAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly json: unknown;
}

interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}

type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Record<string, Response> }>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Response>> };
};

const router = new Router(operations, unbuiltPaths);
const dataCenter = localDataCenter('us', 'global', 0, 8000);
/** Headers that every call has, or that say how its body is to be read. */
const plainHeaders = new Set(['content-type', 'content-length', 'x-crm-org', 'host']);

const documents = new Map<string, DocumentCheck>();
const undescribed: string[] = [];

/** What is wrong with an answer, or with what its handler read; undefined when nothing is. */
function checkAgainstDocument(method: string, path: string, answer: SeenAnswer): string | undefined {
  const read = undescribed.splice(0).join('; ');
  if (read !== '') return read;
  const match = router.find(method, path.split('?')[0] as string);
  if ('problem' in match || isNoOperation(path, answer)) return undefined;
  const { operation, version } = match;
  if (operation.since !== undefined && operation.since > version.number) return undefined;
  return documentCheck(version).check(operation, answer);
}

function documentCheck(version: Version): DocumentCheck {
  const document = documents.get(version.name) ?? new DocumentCheck(version);
  documents.set(version.name, document);
  return document;
}

/** Why a value is not as the document of the newest version describes things of that name; undefined when it is. */
export function isAsDescribed(name: string, value: unknown): string | undefined {
  return documentCheck(newestVersion).fault(pointer('components', 'schemas', name), value);
}

/** The documents themselves, and paths that another origin serves, or that cannot be read. */
function isNoOperation(path: string, { json }: SeenAnswer): boolean {
  return publicPath.test(path) || (json as { code?: unknown } | undefined)?.code === 'INVALID_URL_PATTERN';
}

class DocumentCheck {
  readonly #version: Version;
  readonly #document: Document;
  readonly #ajv = new Ajv2020({ strict: false, validateSchema: false, formats });
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(version: Version) {
    this.#version = version;
    this.#document = closed(openApiDocument(chapters, version, dataCenter, 'production')) as Document;
    this.#ajv.addSchema({ ...this.#document, $id: 'document' });
  }

  check(operation: Operation, { status, contentType, json }: SeenAnswer): string | undefined {
    const name = `${operation.method} ${operation.path} (${this.#version.name})`;
    const path = documentPath(operation, this.#version);
    const responses = this.#document.paths[path]?.[operation.method.toLowerCase()]?.responses ?? {};
    const response = responses[status];
    if (!response) return `${name}: its description has no status ${status}: ${JSON.stringify(json)}`;
    const at =
      response.$ref?.slice(1) ?? pointer('paths', path, operation.method.toLowerCase(), 'responses', String(status));
    const { content = {} } = response.$ref
      ? (this.#document.components.responses[response.$ref.split('/').at(-1) as string] as Response)
      : response;
    if (json === undefined) {
      const declared =
        contentType === '' || Object.keys(content).some((type) => contentType.startsWith(type.replace('*', '')));
      return declared ? undefined : `${name}: its description has no ${contentType} with status ${status}`;
    }
    if (!content['application/json']?.schema)
      return `${name}: its description has no JSON with status ${status}: ${JSON.stringify(json)}`;
    const fault = this.fault(`${at}${pointer('content', 'application/json', 'schema')}`, json);
    return fault && `${name} ${status} is not as described: ${fault} in ${JSON.stringify(json).slice(0, 1000)}`;
  }

  /** Why a value is not as the schema at a place of the document says. */
  fault(at: string, json: unknown): string | undefined {
    const validate = this.#compile(at);
    if (validate(json)) return undefined;
    return validate.errors
      ?.slice(0, 8)
      .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`)
      .join('; ');
  }

  #compile(at: string): ValidateFunction {
    let validate = this.#compiled.get(at);
    if (!validate) {
      validate = this.#ajv.compile({ $ref: `document#${at}` });
      this.#compiled.set(at, validate);
    }
    return validate;
  }
}

const formats = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  uri: true,
  email: true,
  binary: true,
} as const;

/** A JSON pointer, escaped for a URI. */
function pointer(...parts: readonly string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');
}

/** The same with every object closed that does not say what else it may hold. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, closed(each)]));
  const isOpen = copy.type !== 'object' || copy.properties === undefined || copy.additionalProperties !== undefined;
  return isOpen ? copy : { ...copy, additionalProperties: false };
}

class ObservedQuery extends URLSearchParams {
  readonly names = new Set<string>();

  override get(name: string): string | null {
    this.names?.add(name);
    return super.get(name);
  }

  override has(name: string): boolean {
    this.names?.add(name);
    return super.has(name);
  }
}

const observed = new WeakSet<Operation>();

/** From now on the handlers of the table tell which parameters and headers they read. */
export function observeHandlers(): void {
  for (const operation of operations as readonly { -readonly [Key in keyof Operation]: Operation[Key] }[]) {
    if (observed.has(operation)) continue;
    observed.add(operation);
    const { handle } = operation;
    operation.handle = async (call: CrmCall) => {
      const query = new ObservedQuery(call.query.toString());
      const headers = new Set<string>();
      const watched = new Proxy(call.headers, {
        get: (target, name) => {
          headers.add(String(name));
          return target[String(name)];
        },
      });
      try {
        return await handle({ ...call, query, headers: watched });
      } finally {
        tell(operation, call.version, query.names, headers);
      }
    };
  }
}

function tell(
  { method, path, about }: Operation,
  version: Version,
  query: ReadonlySet<string>,
  headers: ReadonlySet<string>,
): void {
  const has = (parameters: typeof about.query, name: string) =>
    parameters?.some((each) => each.name.toLowerCase() === name.toLowerCase() && inVersion(each, version.number));
  for (const name of query) {
    if (!has(about.query, name))
      undescribed.push(
        `${method} ${path} (${version.name}) reads the parameter ${name}, which its description does not have`,
      );
  }
  for (const name of headers) {
    if (!plainHeaders.has(name) && !has(about.headers, name))
      undescribed.push(
        `${method} ${path} (${version.name}) reads the header ${name}, which its description does not have`,
      );
  }
}

/** @throws Error with what is wrong. */
export function assertDocumented(method: string, path: string, answer: SeenAnswer): void {
  const problem = checkAgainstDocument(method, path, answer);
  if (problem !== undefined) throw new Error(problem);
}
