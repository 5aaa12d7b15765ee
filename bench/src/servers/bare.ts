import Fastify from 'fastify';

/** The least that the platform's HTTP framework can do: read a POST and answer a small JSON. */
const app = Fastify({ logger: false });
app.post('/', async () => ({ access_token: 'x'.repeat(70), token_type: 'Bearer', expires_in: 3600 }));
await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${JSON.stringify({ port: (app.server.address() as { port: number }).port })}\n`);
