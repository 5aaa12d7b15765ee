import type { Schema } from './schema.ts';

/** The document's named schemas: each stands there once, and everything else points to it. */
export class SchemaShelf {
  readonly schemas: Record<string, unknown> = {};
  readonly #kept = new Map<string, Schema>();

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
    return { $ref: `#/components/schemas/${title}` };
  }

  #inside(schema: Schema): Schema {
    return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, this.#value(value)]));
  }

  #value(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#value(each));
    return typeof value === 'object' && value !== null ? this.place(value as Schema) : value;
  }
}
