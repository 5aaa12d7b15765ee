import { callOut } from '../../../http/outgoing/call-out.ts';
import { type Delivery, deliveryOf } from '../../../http/outgoing/delivery.ts';
import type { OutgoingPolicy } from '../../../http/outgoing/outgoing-policy.ts';
import { isStorable } from '../../fields/values/texts.ts';

/** Calls to addresses that requests brought: notifications, callbacks of jobs. */
const maxUrlLength = 2_000;

/** Whether a text is an address that can be called: http or https, without credentials. */
export function isCallable(text: string): boolean {
  if (text.length > maxUrlLength || !isStorable(text) || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

/** Posts JSON; nothing of the answer but its status is read. `signal` ends the call early. */
export async function postJson(
  url: string,
  body: string,
  policy: OutgoingPolicy,
  signal?: AbortSignal,
): Promise<Delivery> {
  const headers = { 'content-type': 'application/json;charset=utf-8' };
  return deliveryOf(await callOut(url, { method: 'POST', headers, body, signal }, policy));
}
