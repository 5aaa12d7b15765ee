import type { FastifyInstance } from 'fastify';
import { saveGrant } from '../accounts/store/grants.ts';
import { saveAccessToken } from '../accounts/store/token-store.ts';
import { type Environment, environments } from '../config/data-centers.ts';
import { consoleClientId } from '../directory/first-party.ts';
import { createCredential, prefixOf } from '../oauth/formats.ts';
import type { ConsoleContext } from './context.ts';
import { ConsoleFailure, notFound, signedOut } from './failure.ts';
import { type ConsoleSession, findSession, isOwnCall } from './sessions.ts';

/** What the Records screen does. */
const crmScopes = [
  'ZohoCRM.modules.ALL',
  'ZohoCRM.settings.ALL',
  'ZohoCRM.users.READ',
  'ZohoCRM.org.READ',
  'ZohoCRM.coql.READ',
];
const tokenTtlMs = 30 * 60_000;
const renewalMs = 60_000;
const mostTokens = 10_000;
const passedHeaders = ['content-type', 'if-modified-since', 'x-external', 'range'] as const;
const answerHeaders = ['content-type', 'content-disposition', 'last-modified'] as const;

interface Space {
  readonly environment: Environment;
  readonly organizationId: string;
}

/** Access tokens of the users' own grants, by session and space, until shortly before they expire. */
class CrmTokens {
  readonly #context: ConsoleContext;
  readonly #kept = new Map<string, { readonly token: Promise<string>; readonly endsAtMs: number }>();

  constructor(context: ConsoleContext) {
    this.#context = context;
  }

  take(session: ConsoleSession, space: Space): Promise<string> {
    const key = keyOf(session, space);
    const nowMs = this.#context.clock.nowMs();
    const kept = this.#kept.get(key);
    if (kept && kept.endsAtMs - renewalMs > nowMs) return kept.token;
    const token = this.#make(session, space, nowMs);
    if (this.#kept.size >= mostTokens) this.#kept.delete(this.#kept.keys().next().value as string);
    this.#kept.set(key, { token, endsAtMs: nowMs + tokenTtlMs });
    token.catch(() => this.forget(session, space));
    return token;
  }

  /** For one that the API no longer takes: its grant was ended. */
  forget(session: ConsoleSession, space: Space): void {
    this.#kept.delete(keyOf(session, space));
  }

  async #make({ userId }: ConsoleSession, target: Space, nowMs: number): Promise<string> {
    const organizations = await this.#context.organizations.listForUser(userId);
    const own = organizations.find(({ organizationId }) => organizationId === target.organizationId);
    if (!own?.environments.some(({ environment }) => environment === target.environment)) {
      throw notFound('organization');
    }
    const accessToken = createCredential(this.#context.random, prefixOf(consoleClientId));
    const made = { clientId: consoleClientId, scopes: crmScopes, nowMs };
    await this.#context.database.transaction(async (transaction) => {
      const grantId = await saveGrant(transaction, { ...made, userId, target });
      await saveAccessToken(transaction, { ...made, accessToken, grantId, expiresAtMs: nowMs + tokenTtlMs });
    });
    return accessToken;
  }
}

function keyOf(session: ConsoleSession, { environment, organizationId }: Space): string {
  return `${session.hash.toString('hex')} ${environment} ${organizationId}`;
}

/** `/api/crm/{environment}/{organizationId}/…`: the CRM API with the user's own grant, request and answer as they are. */
export function registerCrm(app: FastifyInstance, context: ConsoleContext): void {
  const tokens = new CrmTokens(context);
  app.route<{ Params: { environment: string; organizationId: string } }>({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/api/crm/:environment/:organizationId/*',
    handler: async (request, reply) => {
      const session = await findSession(context, request);
      if (!session) throw signedOut();
      if (request.method !== 'GET' && !isOwnCall(context, request, session)) {
        throw new ConsoleFailure(403, 'FOREIGN_CALL', 'This call did not come from a page of the console.');
      }
      const environment = environments.find((each) => each === request.params.environment);
      if (!environment) throw notFound('environment');
      const space = { environment, organizationId: request.params.organizationId };
      // The path as it came: whatever was escaped in it stays so.
      const path = request.url.split('/').slice(5).join('/');
      const ask = async () =>
        context.apis[environment].inject({
          method: request.method as 'GET',
          url: `/crm/${path}`,
          headers: {
            ...Object.fromEntries(
              passedHeaders.flatMap((name) => (request.headers[name] ? [[name, String(request.headers[name])]] : [])),
            ),
            authorization: `Zoho-oauthtoken ${await tokens.take(session, space)}`,
          },
          ...(Buffer.isBuffer(request.body) && { payload: request.body }),
        });
      let answer = await ask();
      if (answer.statusCode === 401) {
        tokens.forget(session, space);
        answer = await ask();
      }
      for (const name of answerHeaders) {
        const value = answer.headers[name];
        if (value !== undefined) reply.header(name, value);
      }
      reply.header('cache-control', 'no-store').code(answer.statusCode);
      return reply.send(answer.rawPayload);
    },
  });
}
