import type { Refusal } from '../../oauth/refusal.ts';
import type { TokenBinding } from '../../oauth/token-binding.ts';

/**
 * What an access token is bound to that is made of something bound to `held`: to the resources that were asked for, which
 * must be among those held (RFC 8707 §2.2), or to all of these; and to the key of the proof that came.
 */
export function narrowBinding(held: TokenBinding, asked: TokenBinding): TokenBinding | Refusal {
  if (asked.resources === null) return { ...asked, resources: held.resources };
  const foreign = held.resources && asked.resources.find((each) => !held.resources?.includes(each));
  if (!foreign) return asked;
  return { outcome: 'ResourceNotGranted', detail: { came: foreign.slice(0, 200), expected: held.resources } };
}
