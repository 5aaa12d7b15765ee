import { createHash } from 'node:crypto';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/** The schemas of a document that others refer to, by name. */
export type Components = Readonly<Record<string, unknown>>;

const prefix = '#/components/schemas/';

/**
 * Compiles schemas of many documents, each shape once: contract documents repeat themselves, in every status and from
 * one document to the next, and compiling them one by one takes half a minute.
 */
export class SchemaPool {
  // References stay calls, so that what many schemas refer to is compiled once.
  readonly #ajv = new Ajv2020({ strict: false, validateSchema: false, formats: { binary: true }, inlineRefs: false });
  readonly #compiled = new Map<string, ValidateFunction>();
  #cycles = 0;

  /** Makes the checks of one document: a schema gives what tells the faults of a value, undefined when it fits. */
  of(components: Components): (schema: object) => (value: unknown) => string | undefined {
    const names = new Map<string, string>();
    return (schema) => {
      let validate: ValidateFunction | undefined;
      return (value) => {
        validate ??= this.#compile(this.#absolute(schema, components, names) as object);
        if (validate(value)) return undefined;
        return validate.errors
          ?.slice(0, 5)
          .map((error) => `${error.instancePath} ${error.message}`)
          .join('; ');
      };
    };
  }

  #compile(schema: object): ValidateFunction {
    const text = JSON.stringify(schema);
    const validate = this.#compiled.get(text) ?? this.#ajv.compile(schema);
    this.#compiled.set(text, validate);
    return validate;
  }

  /** The schema with references to what the pool knows, by content: equal components of two documents are one. */
  #absolute(value: unknown, components: Components, names: Map<string, string>): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#absolute(each, components, names));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) =>
        key === '$ref' && typeof each === 'string' && each.startsWith(prefix)
          ? [key, this.#nameOf(each.slice(prefix.length), components, names)]
          : [key, this.#absolute(each, components, names)],
      ),
    );
  }

  #nameOf(component: string, components: Components, names: Map<string, string>): string {
    const known = names.get(component);
    if (known) return known;
    // Its name while it is being read, and its name for good when it refers to itself.
    const own = `urn:cycle:${this.#cycles++}`;
    names.set(component, own);
    const schema = this.#absolute(components[component], components, names);
    const text = JSON.stringify(schema);
    const name = text.includes(own) ? own : `urn:sha256:${createHash('sha256').update(text).digest('hex')}`;
    names.set(component, name);
    if (!this.#ajv.getSchema(name)) this.#ajv.addSchema(schema as object, name);
    return name;
  }
}
