import { Refusal } from '../errors.ts';
import { isJsonObject } from '../http/json-body.ts';
import type { Callback } from './job.ts';

const timeoutMs = 10_000;
const maxUrlLength = 2_000;
/** Waits before the second call and those after it. */
const delaysMs = [10_000, 60_000, 300_000, 1_800_000];

/**
 * Reads the `callback` of a bulk call (crm-api 9.1): an http(s) address without credentials, told by POST.
 * @throws Refusal INVALID_CALLBACK_URL, INVALID_CALLBACK_METHOD.
 */
export function readCallback(raw: unknown): Callback | undefined {
  if (raw === undefined || raw === null) return undefined;
  const at = (name: string) => ({ details: { api_name: name, json_path: `$.callback.${name}` } });
  const { url, method } = isJsonObject(raw) ? raw : {};
  if (typeof url !== 'string' || url.length > maxUrlLength || !isCallable(url)) {
    throw new Refusal('INVALID_CALLBACK_URL', at('url'));
  }
  if (typeof method !== 'string' || method.toLowerCase() !== 'post') {
    throw new Refusal('INVALID_CALLBACK_METHOD', {
      details: { ...at('method').details, supported_callback_methods: ['post'] },
    });
  }
  return { url, method: 'post' };
}

function isCallable(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

/** Posts the job's state. @returns whether it was taken: any status of the 200s. Redirections are not followed. */
export async function callBack({ url }: Callback, body: unknown): Promise<boolean> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json;charset=utf-8' },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** How long to wait after the call number `attempt` failed; undefined: no more calls. */
export function callbackDelayMs(attempt: number): number | undefined {
  return delaysMs[attempt - 1];
}
