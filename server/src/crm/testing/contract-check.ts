import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { readContract } from './contracts.ts';

/** Checks answers against the contract documents: the status must be declared and the body must fit its schema. */
interface Contract {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { responses: Record<string, ResponseSchema> }>>>>;
  readonly components: unknown;
}
interface ResponseSchema {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}

const files = [
  'record.json',
  'record_count.json',
  'modules.json',
  'fields.json',
  'users.json',
  'org.json',
  'roles.json',
  'related_lists.json',
  'features.json',
  'attachments.json',
  'tags.json',
  'files.json',
  'record_search.json',
  'custom_views.json',
  'coql.json',
  'record_photo.json',
  'bulk_read.json',
  'change_owner.json',
  'mass_update.json',
  'mass_delete.json',
  'notifications.json',
];

interface Entry {
  readonly parts: readonly string[];
  readonly method: string;
  /** How to check a body by its status; compiled at first use, since a test meets few of the thousand. */
  readonly statuses: ReadonlyMap<number, () => ValidateFunction | undefined>;
}

export type ContractCheck = (method: string, path: string, status: number, json: unknown) => string | undefined;

/** The check over all documents, or undefined where they are not at hand. */
export function contractCheck(): ContractCheck | undefined {
  const entries = files.flatMap((file) => entriesOf(readContract(file) as Contract | undefined));
  if (entries.length === 0) return undefined;
  // Literal parts match before templated ones.
  entries.sort((a, b) => placeholders(a.parts) - placeholders(b.parts));
  return (method, path, status, json) => {
    const parts = path.replace(/^\/crm(\/bulk)?\/v[\d.]+\//, '/crm$1/v8/').split('/');
    const entry = entries.find((each) => each.method === method.toLowerCase() && fits(each.parts, parts));
    if (!entry) return undefined;
    if (!entry.statuses.has(status)) return `${method} ${path}: status ${status} is not in the contract`;
    const validate = entry.statuses.get(status)?.();
    if (!validate || json === undefined || validate(json)) return undefined;
    const faults = validate.errors?.slice(0, 5).map((error) => `${error.instancePath} ${error.message}`);
    return `${method} ${path} ${status}: ${faults?.join('; ')}`;
  };
}

function placeholders(parts: readonly string[]): number {
  return parts.filter((part) => part.startsWith('{')).length;
}

/** Parts that no placeholder for a module stands for. */
const notModules = new Set(['settings', 'users', 'actions', '__apis']);

function fits(template: readonly string[], parts: readonly string[]): boolean {
  return (
    template.length === parts.length &&
    template.every((part, index) =>
      part.startsWith('{') ? parts[index] !== '' && !notModules.has(parts[index] as string) : part === parts[index],
    )
  );
}

function entriesOf(contract: Contract | undefined): Entry[] {
  if (!contract) return [];
  const ajv = new Ajv2020({ strict: false, formats: { binary: true } });
  const compile = (schema: object) => ajv.compile({ ...schema, components: contract.components });
  return Object.entries(contract.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => method !== 'parameters')
      .map(([method, { responses }]) => ({
        parts: path.split('/'),
        method,
        statuses: new Map(
          Object.entries(responses).map(([status, response]) => {
            const schema = response.content?.['application/json']?.schema;
            let validate: ValidateFunction | undefined;
            return [Number(status), () => (validate ??= schema && compile(schema))] as const;
          }),
        ),
      })),
  );
}
