import type { TokenGrant } from '../../oauth/token-authority.ts';
import { standardMetadata } from '../kernel/metadata/standard-modules.ts';
import type { Operation } from '../kernel/operation.ts';
import type { Schema } from '../kernel/schema.ts';
import { newestVersion } from '../kernel/versions.ts';
import { missingScopes } from '../wire/admission/check-scopes.ts';
import type { CrmContext } from '../wire/context.ts';
import { type DescribedParameter, parametersOf, placeholdersOf } from '../wire/openapi/operation.ts';
import { SchemaShelf } from '../wire/openapi/schema-shelf.ts';

/** An operation of the newest version of the API as a tool of the Model Context Protocol (2025-11-25, "Tools"). */
export interface Tool {
  readonly operation: Operation;
  readonly parameters: readonly DescribedParameter[];
  readonly definition: ToolDefinition;
}

/** What clients are told of a tool. */
interface ToolDefinition {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly inputSchema: { readonly type: 'object'; readonly [keyword: string]: unknown };
  readonly annotations: {
    readonly readOnlyHint: boolean;
    /** Whether it may take something away that was there. */
    readonly destructiveHint: boolean;
    readonly openWorldHint: false;
  };
}

/** The argument that holds the JSON body. */
export const bodyArgument = 'body';
const longestName = 64;

/**
 * The tools that a table of operations makes, by their names. Uploads and downloads are none: the arguments and results
 * of tools are JSON.
 */
export function toolsOf(operations: readonly Operation[]): ReadonlyMap<string, Tool> {
  const tools = new Map<string, Tool>();
  for (const operation of operations) {
    const { about, method, takesFiles } = operation;
    if (takesFiles || Object.values(about.answers ?? {}).some(({ file }) => file !== undefined)) continue;
    const byItself = nameOf(about.summary);
    // The same thing with two methods.
    const name = tools.has(byItself) ? `${byItself}_by_${method.toLowerCase()}` : byItself;
    if (tools.has(name) || name.length > longestName) throw new Error(`${name} is no name for a tool of its own`);
    tools.set(name, toolOf(name, operation));
  }
  return tools;
}

/** The tools that a token's scopes open, with the modules that they open them for. */
export function openTools(
  tools: ReadonlyMap<string, Tool>,
  grant: TokenGrant,
  { compatibility }: CrmContext['settings'],
): ToolDefinition[] {
  return [...tools.values()].flatMap(({ operation, definition }) => {
    const placeholders = placeholdersOf(operation);
    const isOpen = (module: string) =>
      ['Notes', '1'].some((list) => {
        const path = placeholders.map((each) => (each === 'module' ? module : each === 'list' ? list : '1'));
        return missingScopes(operation, path, grant, compatibility) === undefined;
      });
    if (!placeholders.includes('module') || isOpen(anyCustomModule)) {
      return isOpen(anyCustomModule) ? [definition] : [];
    }
    const modules = moduleNames.filter(isOpen);
    return modules.length === 0 ? [] : [forModules(definition, modules)];
  });
}

const moduleNames = standardMetadata.modules.map(({ apiName }) => apiName);
/** All modules that an organization makes itself have one scope; none of the standard ones has this name. */
const anyCustomModule = 'Custom_Module';

function forModules(definition: ToolDefinition, modules: readonly string[]): ToolDefinition {
  const { inputSchema } = definition;
  const properties = inputSchema.properties as Record<string, Schema>;
  const module = { type: 'string', description: properties.module?.description, enum: modules };
  return { ...definition, inputSchema: { ...inputSchema, properties: { ...properties, module } } };
}

/** `List the records of a territory` → `list_records_of_territory`. */
function nameOf(summary: string): string {
  const words = summary
    .toLowerCase()
    .replace(/'s\b/g, '')
    .split(/[^a-z0-9]+/);
  return words.filter((word) => !['a', 'an', 'the', ''].includes(word)).join('_');
}

function toolOf(name: string, operation: Operation): Tool {
  const { about } = operation;
  const shelf = new SchemaShelf(newestVersion.number, '#/$defs');
  const parameters = parametersOf(operation, newestVersion, shelf);
  const body: DescribedParameter[] = about.body
    ? [
        {
          name: bodyArgument,
          in: 'body',
          ...(about.bodyOptional ? {} : { required: true }),
          schema: shelf.place(about.body),
        },
      ]
    : [];
  const all = [...parameters, ...body];
  if (new Set(all.map((each) => each.name)).size < all.length)
    throw new Error(`two arguments of ${name} have one name`);
  const properties = all.map(({ name: key, description, schema }) => [
    key,
    description === undefined ? schema : { ...schema, description },
  ]);
  const required = all.filter((each) => each.required).map((each) => each.name);
  return {
    operation,
    parameters: all,
    definition: {
      name,
      title: about.summary,
      description: [`${about.summary}.`, about.text].filter((each) => each !== undefined).join(' '),
      inputSchema: {
        type: 'object',
        properties: Object.fromEntries(properties),
        ...(required.length === 0 ? {} : { required }),
        additionalProperties: false,
        ...(Object.keys(shelf.schemas).length === 0 ? {} : { $defs: shelf.schemas }),
      },
      annotations: annotationsOf(operation),
    },
  };
}

/**
 * The protocol's hints: what only reads, and what may take something away that was there. Only what creates takes nothing
 * away; several calls in one may do anything, and actions and upserts change what is there, whatever their scope says.
 */
function annotationsOf(operation: Operation): ToolDefinition['annotations'] {
  const scopes = operation.scopes(placeholdersOf(operation).map((name) => (name === 'module' ? 'Leads' : name))).flat();
  const readOnlyHint = operation.method === 'GET' || scopes.every((scope) => scope.endsWith('.READ'));
  const changes = /(?:^|\/)(?:actions\/|upsert$)/.test(operation.path);
  const creates = operation.method === 'POST' && !changes && scopes.every((scope) => scope.endsWith('.CREATE'));
  return { readOnlyHint, destructiveHint: !readOnlyHint && !creates, openWorldHint: false };
}
