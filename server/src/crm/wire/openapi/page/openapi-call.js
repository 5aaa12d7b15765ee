/**
 * What the page knows of calls: an example of a body, the address, and the line for curl. No access to the page here.
 */

/** Follows a pointer into the document. */
export function resolved(schema, root) {
  if (!schema?.$ref) return schema ?? {};
  return schema.$ref
    .slice(2)
    .split('/')
    .reduce((at, key) => at?.[key], root);
}

const deepest = 6;

/** A value that fits a schema, with no more than it needs. Of several forms the one of the module counts. */
export function exampleOf(given, root, module, depth = 0) {
  const schema = resolved(given, root);
  if (schema.const !== undefined) return schema.const;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.enum) return schema.enum[0];
  if (schema.allOf) return mergedExample(schema.allOf, root, module, depth);
  if (schema.anyOf) return exampleOf(formFor(schema.anyOf, module), root, module, depth);
  const type = [schema.type].flat()[0];
  if (type === 'array') return depth > deepest ? [] : [exampleOf(schema.items ?? {}, root, module, depth + 1)];
  if (type === 'object' || schema.properties) return objectExample(schema, root, module, depth);
  return plainExample(type, schema);
}

function mergedExample(parts, root, module, depth) {
  const properties = {};
  const required = new Set();
  for (const part of parts) {
    const schema = resolved(part, root);
    const inner = schema.anyOf ? resolved(formFor(schema.anyOf, module), root) : schema;
    Object.assign(properties, inner.properties);
    for (const name of inner.required ?? []) required.add(name);
  }
  return objectExample({ properties, required: [...required] }, root, module, depth);
}

function objectExample({ properties = {}, required = [] }, root, module, depth) {
  if (depth > deepest) return {};
  const names = required.filter((name) => properties[name]);
  return Object.fromEntries(names.map((name) => [name, exampleOf(properties[name], root, module, depth + 1)]));
}

function plainExample(type, { format }) {
  if (type === 'integer' || type === 'number') return 1;
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  if (format === 'date-time') return '2030-01-31T12:00:00+00:00';
  if (format === 'date') return '2030-01-31';
  if (format === 'email') return 'someone@example.com';
  return format === 'uri' ? 'https://example.com/' : '';
}

/** New records have the schema `New` and the module's name, changes of records its name and `Given`. */
function formFor(forms, module) {
  const names = [`New${module}`, `${module}Given`];
  return forms.find(({ $ref = '' }) => names.includes($ref.split('/').at(-1))) ?? forms[0];
}

/** The address of a call, without origin: placeholders filled, parameters that say nothing left out. */
export function addressOf(path, values) {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values.path[name] ?? ''));
  const query = new URLSearchParams(Object.entries(values.query).filter(([, value]) => value !== ''));
  return query.size > 0 ? `${filled}?${query}` : filled;
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The call as a line for a shell; the token stands in a variable of it. */
export function curlLine({ method, url, headers, body, files }) {
  const parts = [`curl ${method === 'GET' ? '' : `-X ${method} `}${quoted(url)}`];
  parts.push('-H "Authorization: Zoho-oauthtoken $TOKEN"');
  for (const [name, value] of headers) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  for (const [name, value] of files) {
    parts.push(`-F ${quoted(`${name}=${value instanceof File ? `@${value.name}` : value}`)}`);
  }
  if (body) parts.push(`--data ${quoted(body)}`);
  return parts.join(' \\\n  ');
}
