import { Ajv2020 } from 'ajv/dist/2020.js';

/** What of an OpenAPI document is looked at here. */
export interface ConsoleDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

export interface DescribedOperation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: object }>> }>
  >;
}

/** The document of a console's API, to check answers against. */
export async function readDocument(origin: string) {
  const document = (await (await fetch(`${origin}/api/openapi.json`)).json()) as ConsoleDocument;
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': isTime } });
  ajv.addSchema({ $id: 'console', components: document.components });
  const templates = Object.entries(document.paths).map(([template, methods]) => ({
    methods,
    pattern: new RegExp(`^${template.replace(/^\/api/, '').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }));
  return {
    /** @throws when the call is not in the document, or its status, or the answer has another form. */
    check(method: string, path: string, status: number, answer: unknown): void {
      const [plain = ''] = path.split('?', 1);
      if (plain.startsWith('/crm/')) return;
      // Fixed paths come before those with parameters.
      const found = templates
        .filter(({ pattern, methods }) => pattern.test(plain) && methods[method.toLowerCase()])
        .toSorted((a, b) => a.pattern.source.length - b.pattern.source.length);
      const described = (found.find(({ pattern }) => !pattern.source.includes('[^/]')) ?? found[0])?.methods;
      const response = described?.[method.toLowerCase()]?.responses[status];
      if (!response) throw new Error(`${method} ${plain}: status ${status} is not described`);
      const schema = response.content?.['application/json']?.schema;
      if (!schema) {
        if (answer !== undefined) throw new Error(`${method} ${plain}: no answer is described, one came`);
        return;
      }
      const text = JSON.stringify(schema).replaceAll('"#/components', '"console#/components');
      if (!ajv.validate(JSON.parse(text), answer)) {
        throw new Error(`${method} ${plain}: ${status} is not as described: ${ajv.errorsText()}`);
      }
    },
  };
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text);
}
