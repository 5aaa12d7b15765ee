import { ApiError, NetworkError } from '../errors.ts';

/** Codes of a 401 that another access token mends. */
const renewable = new Set(['INVALID_TOKEN', 'AUTHENTICATION_FAILURE']);

/** Whether the API refused the access token, so that another one is worth a try. The answer can still be read. */
export async function asksForRenewal(answer: Response): Promise<boolean> {
  if (answer.status !== 401) return false;
  const { code } = (await answer
    .clone()
    .json()
    .catch(() => ({}))) as { code?: string };
  return code !== undefined && renewable.has(code);
}

/**
 * The JSON of an answer, null when it has no content.
 *
 * @example
 * const org = await readJson(await session.send({ method: 'GET', url: '/crm/v8/org' }));
 * @throws ApiError when it is no JSON, NetworkError when it was cut short.
 */
export async function readJson(answer: Response): Promise<unknown> {
  let text: string;
  try {
    text = await answer.text();
  } catch (cause) {
    throw new NetworkError('the answer was cut short', { code: 'ANSWER_CUT_SHORT', cause });
  }
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    const type = answer.headers.get('content-type') ?? 'no content type';
    throw new ApiError(`expected JSON, got ${type} with status ${answer.status}`, {
      code: `HTTP_${answer.status}`,
      status: answer.status,
    });
  }
}

/** The object that a text is the JSON of, undefined for everything else. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
