import type { Callback } from '../../jobs/job.ts';
import { isCallable } from '../../jobs/outgoing/post-json.ts';
import { Refusal } from '../../kernel/errors.ts';
import { isJsonObject } from '../../kernel/json-body.ts';

/**
 * Reads the `callback` of a bulk call (crm-api 9.1): an http(s) address without credentials, told by POST.
 * @throws Refusal INVALID_CALLBACK_URL, INVALID_CALLBACK_METHOD.
 */
export function readCallback(raw: unknown): Callback | undefined {
  if (raw === undefined || raw === null) return undefined;
  const at = (name: string) => ({ details: { api_name: name, json_path: `$.callback.${name}` } });
  const { url, method } = isJsonObject(raw) ? raw : {};
  if (typeof url !== 'string' || !isCallable(url)) {
    throw new Refusal('INVALID_CALLBACK_URL', at('url'));
  }
  if (typeof method !== 'string' || method.toLowerCase() !== 'post') {
    throw new Refusal('INVALID_CALLBACK_METHOD', {
      details: { ...at('method').details, supported_callback_methods: ['post'] },
    });
  }
  return { url, method: 'post' };
}
