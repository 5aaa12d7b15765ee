import { settingsSchema } from '../../server/src/config/settings.ts';

/** What this page reads of a JSON schema. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly default?: unknown;
  readonly description?: string;
  /** In words, what a text may be. */
  readonly expected?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** One line of the table. */
interface Line {
  /** Dotted; `[]` stands behind the name of a list, for each of its entries. */
  readonly name: string;
  readonly schema: Schema;
}

/** The settings below `schema`, in the order of the sources; groups have no line of their own. */
function linesOf(schema: Schema, name: string): Line[] {
  const inside = (each: Schema, place: string) => linesOf(each, place);
  if (schema.properties) {
    const prefix = name === '' ? '' : `${name}.`;
    return Object.entries(schema.properties).flatMap(([key, each]) => inside(each, `${prefix}${key}`));
  }
  const parts = [schema.items, ...(schema.items?.anyOf ?? [])].filter((each) => each?.properties) as Schema[];
  return [{ name, schema }, ...parts.flatMap((each) => inside(each, `${name}[]`))];
}

const inCode = (value: unknown) => `\`${JSON.stringify(value)}\``;

/** What may be written, in words. */
function valuesOf(schema: Schema): string {
  const { anyOf, items, maximum, minimum, type } = schema;
  if (schema.const !== undefined) return inCode(schema.const);
  if (anyOf) return [...new Set(anyOf.map(valuesOf))].join(' or ');
  if (type === 'integer' || type === 'number') return `${minimum ?? ''} to ${maximum ?? ''}`;
  if (type === 'array') return `list of ${items ? valuesOf(items) : 'values'}`;
  if (type === 'string') return schema.expected ?? 'text';
  return type === 'boolean' ? 'true or false' : 'object';
}

const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function rowOf({ name, schema }: Line): string {
  const standard = schema.default === undefined ? '' : inCode(schema.default);
  return `| \`${name}\` | ${[valuesOf(schema), standard, schema.description ?? ''].map(escaped).join(' | ')} |`;
}

/** `docs/reference/settings.md`: every setting of the config file. */
export function settingsPage(): string {
  const lines = linesOf(settingsSchema as Schema, '');
  const groupOf = ({ name }: Line) => (name.includes('.') ? name.split(/[.[]/)[0] : undefined);
  const groups = Map.groupBy(lines, (line) => groupOf(line) ?? '');
  const sections = [...groups].map(([group, each]) =>
    [
      `## ${group === '' ? 'Top level' : group}\n`,
      '| setting | values | default | is |',
      '|---|---|---|---|',
      ...each.map(rowOf),
    ].join('\n'),
  );
  const head =
    '# Settings: reference\n\nMade from the sources by `npm run reference`; change them, not this page. ' +
    'They go into a JSON file, `--config FILE` ([Operating](../operating.md#settings)); dots are levels of it, `[]` is each entry of a list.';
  return `${[head, ...sections].join('\n\n')}\n`;
}
