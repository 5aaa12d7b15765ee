import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Environment, environments } from '../config/data-centers.ts';
import { fileLimits } from '../crm/content/files/files.ts';
import type { ConsoleContext } from './context.ts';
import { CrmTokens, type Space } from './crm-tokens.ts';
import { notFound } from './failure.ts';
import { admitCall, type ConsoleSession } from './sessions.ts';

const passedHeaders = ['content-type', 'if-modified-since', 'if-unmodified-since', 'x-external', 'range'] as const;
const answerHeaders = ['content-type', 'content-disposition', 'last-modified'] as const;

/** One file, with what a form adds to it. */
const longestUpload = fileLimits.maxBytes + 64 * 1024;

/** What a call of the CRM API needs beside the user and the space. */
interface CrmCall {
  readonly method: string;
  /** After `/crm/`, as it came: whatever was escaped in it stays so. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: Buffer;
}

/** The CRM API, called with the grants of the console's users. */
export class CrmCaller {
  readonly #context: ConsoleContext;
  readonly #tokens: CrmTokens;

  constructor(context: ConsoleContext) {
    this.#context = context;
    this.#tokens = new CrmTokens(context);
  }

  /** Lets go of the tokens it keeps. */
  forgetTokens(): void {
    this.#tokens.forgetAll();
  }

  /** @throws ConsoleFailure 404 when the space is none of the user's. */
  async ask(session: ConsoleSession, space: Space, { method, path, headers, payload }: CrmCall) {
    const ask = async () =>
      this.#context.apis[space.environment].inject({
        method: method as 'GET',
        url: `/crm/${path}`,
        headers: { ...headers, authorization: `Zoho-oauthtoken ${await this.#tokens.take(session, space)}` },
        ...(payload && { payload }),
      });
    const answer = await ask();
    if (answer.statusCode !== 401) return answer;
    // Its grant was ended.
    this.#tokens.forget(session, space);
    return ask();
  }
}

/** The environment of that name. @throws ConsoleFailure 404. */
export function readEnvironment(name: string | null | undefined): Environment {
  const environment = environments.find((each) => each === name);
  if (!environment) throw notFound('environment');
  return environment;
}

/** `/api/crm/{environment}/{organizationId}/…`: the CRM API with the user's own grant, request and answer as they are. */
export function registerCrm(app: FastifyInstance, context: ConsoleContext, crm: CrmCaller): void {
  const admitted = new WeakMap<FastifyRequest, ConsoleSession>();
  app.route<{ Params: { environment: string; organizationId: string } }>({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/api/crm/:environment/:organizationId/*',
    exposeHeadRoute: false,
    bodyLimit: longestUpload,
    // Before the body, which may be long, is read.
    onRequest: async (request) => {
      admitted.set(request, await admitCall(context, request));
    },
    handler: async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const session = admitted.get(request) as ConsoleSession;
      const { organizationId } = request.params;
      const space = { environment: readEnvironment(request.params.environment), organizationId };
      const answer = await crm.ask(session, space, {
        method: request.method,
        path: request.url.split('/').slice(5).join('/'),
        headers: Object.fromEntries(
          passedHeaders.flatMap((name) => (request.headers[name] ? [[name, String(request.headers[name])]] : [])),
        ),
        ...(Buffer.isBuffer(request.body) && { payload: request.body }),
      });
      for (const name of answerHeaders) {
        const value = answer.headers[name];
        if (value !== undefined) reply.header(name, value);
      }
      return reply.code(answer.statusCode).send(answer.rawPayload);
    },
  });
}
