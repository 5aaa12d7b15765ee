import type { FastifyRequest } from 'fastify';
import { queryOf } from '../../http/parameters.ts';
import type { AccountsContext } from '../context.ts';
import { readUserCode } from './user-code.ts';

/** The user code of a page on the way of a device, as a tie to the device's own requests. */
export function deviceTies(context: AccountsContext, request: FastifyRequest): readonly string[] {
  const query = new URLSearchParams(queryOf(request.url));
  const form = request.method === 'POST' && Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '';
  const fields = new URLSearchParams(form);
  const onward = query.get('continue') ?? fields.get('continue') ?? '';
  const typed =
    query.get('user_code') ?? fields.get('user_code') ?? new URLSearchParams(queryOf(onward)).get('user_code');
  const userCode = typed === null ? undefined : readUserCode(typed);
  return userCode === undefined ? [] : [context.deviceRequests.tieOf(userCode)];
}
