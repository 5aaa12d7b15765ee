import type { Schema } from '../../kernel/schema.ts';

const documentPlace = '#/components/schemas';

/** The document's named schemas: each stands there once, and everything else points to it. */
export class SchemaShelf {
  readonly #version: number;
  readonly #at: string;
  readonly schemas: Record<string, unknown> = {};
  readonly #kept = new Map<string, Schema>();

  /**
   * @param version number of the version whose document it is
   * @param at where the document keeps them, as a JSON pointer
   */
  constructor(version: number, at = documentPlace) {
    this.#version = version;
    this.#at = at;
  }

  /** The schema with every named part of it replaced by a pointer. */
  place(schema: Schema): Schema {
    const { title } = schema;
    if (typeof title !== 'string') return this.#inside(schema);
    const known = this.#kept.get(title);
    if (known && known !== schema) throw new Error(`two schemas have the name ${title}`);
    if (!known) {
      this.#kept.set(title, schema);
      this.schemas[title] = this.#inside(schema);
    }
    return { $ref: `${this.#at}/${title}` };
  }

  #inside(schema: Schema): Schema {
    return Object.fromEntries(
      Object.entries(this.#served(schema)).map(([key, value]) => [
        key,
        key === '$ref' ? this.#moved(value) : this.#value(value),
      ]),
    );
  }

  /** Rows that refer to a named schema inside itself write the place that it has in the API's documents. */
  #moved(ref: unknown): unknown {
    return typeof ref === 'string' ? ref.replace(documentPlace, this.#at) : ref;
  }

  /** An object's schema without the keys that came later or went earlier. */
  #served(schema: Schema): Schema {
    const { properties, required } = schema;
    if (typeof properties !== 'object' || properties === null) return schema;
    const absent = (name: string) => {
      const { 'x-since': since = 0, 'x-before': before = Number.POSITIVE_INFINITY } =
        (properties as Record<string, Schema>)[name] ?? {};
      return Number(since) > this.#version || Number(before) <= this.#version;
    };
    return {
      ...schema,
      ...(required ? { required: (required as readonly string[]).filter((name) => !absent(name)) } : {}),
      properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !absent(name))),
    };
  }

  #value(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#value(each));
    return typeof value === 'object' && value !== null ? this.place(value as Schema) : value;
  }
}
