import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { CrmUser } from '../../kernel/space/space.ts';

/** GET /settings/emails/actions/from_addresses?user_id=: the addresses that a user may send from. */
export async function listFromAddresses({ query, space, user }: CrmCall): Promise<CrmAnswer> {
  const given = query.get('user_id');
  const sender = given ? space.user(readId(given) ?? '') : user;
  if (sender?.status !== 'active') throw new Refusal('INVALID_DATA', { details: { param_name: 'user_id' } });
  const address = {
    email: fromAddress(sender),
    type: 'primary',
    id: sender.id,
    user_name: sender.fullName,
    default: true,
  };
  return { status: 200, json: { from_addresses: [address] } };
}

/** Everybody has one address, that of the account, and it has the id of its user. */
export function fromAddress({ email }: CrmUser): string {
  return email;
}
