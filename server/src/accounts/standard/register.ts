import type { FastifyInstance } from 'fastify';
import { standardPath } from '../../oauth/issuer.ts';
import type { AccountsContext } from '../context.ts';
import { registerPreflights } from './cross-origin.ts';
import { registerDeviceAuthorization } from './device-authorization.ts';
import { registerStandardIntrospect } from './introspect.ts';
import { registerStandardMetadata } from './metadata.ts';
import { registerPushedRequests } from './pushed-requests.ts';
import { registerRegistration } from './registration.ts';
import { registerStandardRevoke } from './revoke.ts';
import { registerStandardToken } from './token-endpoint.ts';
import { registerStandardUserInfo } from './user-info.ts';

/** What programs call in the standard dialect; its authorization endpoint is one of the pages'. */
export function registerStandardDialect(app: FastifyInstance, context: AccountsContext): void {
  registerStandardMetadata(app, context);
  registerStandardToken(app, context);
  registerPushedRequests(app, context);
  registerDeviceAuthorization(app, context);
  registerRegistration(app, context);
  registerStandardRevoke(app, context);
  registerStandardIntrospect(app, context);
  registerStandardUserInfo(app, context);
  registerPreflights(
    app,
    context,
    ['token', 'par', 'revoke', 'userinfo'].map((name) => `${standardPath}/${name}`),
  );
}
