/**
 * The parameters of a token-side request: query and body merged, the body wins. The body may be urlencoded or
 * multipart; a body of any other type has no parameters (clients send `application/json` with an empty body and
 * everything in the query).
 */
export async function readParameters(
  url: string,
  contentType: string | undefined,
  body: Buffer | undefined,
): Promise<URLSearchParams> {
  const parameters = new URLSearchParams(queryOf(url));
  if (!body || body.length === 0) return parameters;
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  let fields: Iterable<readonly [string, unknown]> = [];
  if (type === 'application/x-www-form-urlencoded') fields = new URLSearchParams(body.toString('utf8'));
  else if (type === 'multipart/form-data') fields = await readMultipart(contentType as string, body);
  const seen = new Set<string>();
  for (const [name, value] of fields) {
    // Of a parameter that is repeated in the body the first value counts, as in the query.
    if (typeof value !== 'string' || seen.has(name)) continue;
    seen.add(name);
    parameters.set(name, value);
  }
  return parameters;
}

/** What follows the first question mark, as it came. */
export function queryOf(url: string): string {
  const mark = url.indexOf('?');
  return mark === -1 ? '' : url.slice(mark + 1);
}

async function readMultipart(contentType: string, body: Buffer): Promise<Iterable<readonly [string, unknown]>> {
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  } catch {
    // A body that is not what it says it is carries no parameters; what is missing is then named as missing.
    return [];
  }
}
