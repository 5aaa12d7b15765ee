import type { FastifyInstance } from 'fastify';
import { standardPath } from '../../oauth/issuer.ts';
import type { AccountsContext } from '../context.ts';
import { sendPublicDocument } from './public-document.ts';

const longestMaxAgeSeconds = 3600;

/**
 * `GET /oauth/v2/keys`, `GET /oauth2/jwks` (RFC 7517 §5, reference §4.3): the public keys of this data centre. It may be cached for half the
 * lead time, so that no signature is of a key that came after the reader's copy.
 */
export function registerKeySet(app: FastifyInstance, context: AccountsContext): void {
  const halfLead = Math.floor(context.settings.lifetimes.signingKeyLeadSeconds / 2);
  const maxAgeSeconds = Math.min(halfLead, longestMaxAgeSeconds);
  for (const path of ['/oauth/v2/keys', `${standardPath}/jwks`]) {
    app.get(path, async (_request, reply) =>
      sendPublicDocument(reply, { keys: await context.signingKeys.published() }, maxAgeSeconds),
    );
  }
}
