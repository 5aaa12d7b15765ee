import { cachedVerifier, guard, introspection } from '@grantway/node/guard';
import Fastify from 'fastify';

/** The bare server behind the guard of the server SDK: tokens are asked for at the platform, and kept for five seconds. */
const { ACCOUNTS: accounts = '', CLIENT_ID: clientId = '', CLIENT_SECRET: clientSecret = '' } = process.env;
const protect = guard(cachedVerifier(introspection({ accounts, clientId, clientSecret })));
const app = Fastify({ logger: false });
app.post('/', { preHandler: protect.fastify('ZohoCRM.modules.leads.READ') }, async () => ({
  access_token: 'x'.repeat(70),
  token_type: 'Bearer',
  expires_in: 3600,
}));
await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${JSON.stringify({ port: (app.server.address() as { port: number }).port })}\n`);
