import { existsSync, readdirSync } from 'node:fs';
import { contractFolder, readContract } from './contracts.ts';
import { type Components, SchemaPool } from './schema-pool.ts';

/** One operation of a contract document, ready to hold requests and answers against. */
export interface ContractOperation {
  /** The file, such as `record.json`. */
  readonly document: string;
  /** Upper case. */
  readonly method: string;
  /** As the document writes it: `/crm/v8/{module_api_name}/{id}`. */
  readonly path: string;
  readonly parameters: readonly ContractParameter[];
  /** Alternatives; the scopes of one are all needed. */
  readonly security: readonly (readonly string[])[];
  /** The types of body that it takes. */
  readonly bodyTypes: readonly string[];
  /** What is wrong with a JSON body; undefined when it fits, or when the operation takes none. */
  checkBody(json: unknown): string | undefined;
  /** What is wrong with an answer: its status must be declared and its body must fit the schema. */
  checkAnswer(status: number, json: unknown): string | undefined;
}

export interface ContractParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Readonly<Record<string, unknown>>;
}

interface Contract {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Components };
}
interface Described {
  readonly parameters?: readonly ContractParameter[];
  readonly security?: readonly { readonly oauth: readonly string[] }[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, { readonly schema: object }>>;
  };
  readonly responses: Readonly<Record<string, { content?: Readonly<Record<string, { readonly schema?: object }>> }>>;
}

const pool = new SchemaPool();

/** Every operation of every document, or none where the documents are not available. */
export function contractOperations(): readonly ContractOperation[] {
  if (!existsSync(contractFolder)) return [];
  const files = readdirSync(contractFolder).filter((file) => file.endsWith('.json') && file !== 'wire-cases.json');
  return files.sort().flatMap((file) => operationsOf(file, readContract(file) as Contract));
}

function operationsOf(document: string, { paths, components }: Contract): ContractOperation[] {
  const checkOf = pool.of(components.schemas);
  const faultsOf = (schema: object | undefined) => {
    const check = schema && checkOf(schema);
    return (json: unknown): string | undefined => {
      if (!check) return undefined;
      return json === undefined ? 'there is no JSON body' : check(json);
    };
  };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { parameters = [], security = [], requestBody, responses }]) => {
      const answers = new Map(
        Object.entries(responses).map(
          ([status, { content }]) => [Number(status), faultsOf(content?.['application/json']?.schema)] as const,
        ),
      );
      const bodyFaults = faultsOf(requestBody?.content['application/json']?.schema);
      return {
        document,
        method: method.toUpperCase(),
        path,
        parameters,
        security: security.map(({ oauth }) => oauth),
        bodyTypes: Object.keys(requestBody?.content ?? {}),
        checkBody: (json) => (json === undefined && !requestBody?.required ? undefined : bodyFaults(json)),
        checkAnswer: (status: number, json: unknown) => {
          const check = answers.get(status);
          if (!check) return `status ${status} is not in the contract`;
          return check(json);
        },
      };
    }),
  );
}
