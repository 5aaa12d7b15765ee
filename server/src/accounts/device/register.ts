import type { FastifyInstance } from 'fastify';
import type { AccountsContext } from '../context.ts';
import { registerDeviceOrganization } from './choose-organization.ts';
import { registerDeviceConsent } from './consent.ts';
import { registerDeviceCode } from './device-code-endpoint.ts';
import { registerDeviceToken } from './device-token-endpoint.ts';
import { registerEnterCode } from './enter-code.ts';

/** The flow of clients without a browser (reference §6): two endpoints for the device, the pages for its user. */
export function registerDevice(app: FastifyInstance, context: AccountsContext): void {
  registerDeviceCode(app, context);
  registerDeviceToken(app, context);
  registerEnterCode(app, context);
  registerDeviceOrganization(app, context);
  registerDeviceConsent(app, context);
}
