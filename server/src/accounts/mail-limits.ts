import type { FastifyRequest } from 'fastify';
import { foldEmailAddress } from '../foundation/email-address.ts';
import { networkOf } from '../http/network.ts';
import type { AttemptLimit } from './attempts.ts';
import type { AccountsContext } from './context.ts';

/** What one more mail to `email`, asked for by somebody who need not be its owner, counts against. */
export function mailLimits(
  { settings }: Pick<AccountsContext, 'settings'>,
  request: FastifyRequest,
  email: string,
): readonly AttemptLimit[] {
  const { mailsPerAddress, mailsPerName } = settings.limits;
  return [
    { of: 'mails asked for from an address', key: networkOf(request.ip), most: mailsPerAddress },
    { of: 'mails to a name', key: foldEmailAddress(email), most: mailsPerName },
  ];
}
