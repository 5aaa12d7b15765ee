import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Origin } from '../../config/data-centers.ts';
import { type CorsHeaders, isPreflight, preflightHeaders, readableHeaders, unreadableHeaders } from './headers.ts';

/** Who may call an origin from pages of other origins. */
export interface CrossOriginRule {
  /** The origin of the listener; its own pages need no permission. */
  readonly ownOrigin: Origin;
  /** Whether pages at `origin` may call at all, before anybody knows with which token. */
  mayCall(origin: string): Promise<boolean>;
  /** Told of each preflight and how it ended. */
  preflightAnswered(request: FastifyRequest, origin: string, allowed: boolean): void;
}

export interface PreflightAnswer {
  /** Whether pages at the origin may call; a browser holds method and headers against the answer besides. */
  readonly allowed: boolean;
  readonly status: number;
  readonly headers: CorsHeaders;
}

/** The cross-origin side of a listener: preflights, and what lets a page read an answer. The rule is the listener's. */
export class CrossOrigin {
  readonly #rule: CrossOriginRule;

  constructor(rule: CrossOriginRule) {
    this.#rule = rule;
  }

  /** The origin that a request must be held against; null for servers and for pages of the listener's own origin. */
  foreignOrigin({ origin }: IncomingHttpHeaders): Origin | null {
    return origin === undefined || origin === this.#rule.ownOrigin ? null : origin;
  }

  /** Answers a preflight; undefined when the request is none. */
  async answerPreflight(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const origin = this.foreignOrigin(request.headers);
    if (origin === null || !isPreflight(request.method, request.headers)) return undefined;
    const answer = await this.preflightAnswer(origin, request.headers['access-control-request-headers']);
    this.#rule.preflightAnswered(request, origin, answer.allowed);
    return reply.code(answer.status).headers(answer.headers).send();
  }

  /** What a preflight from `origin` is answered; `requestedHeaders` is its `Access-Control-Request-Headers`. */
  async preflightAnswer(origin: Origin, requestedHeaders: string | undefined): Promise<PreflightAnswer> {
    if (await this.#rule.mayCall(origin)) {
      return { allowed: true, status: 204, headers: preflightHeaders(origin, requestedHeaders) };
    }
    return { allowed: false, status: 403, headers: { ...unreadableHeaders, 'cache-control': 'no-store' } };
  }

  /**
   * What an answer to a page at `origin` carries. `ofClient`: whether it is an origin of the client whose token came;
   * undefined when no token is known, and then whoever may call may read.
   */
  async headersFor(origin: Origin | null, ofClient: boolean | undefined): Promise<CorsHeaders> {
    if (origin === null) return {};
    // While the database is away, a page whose origin cannot be looked up reads no answer rather than get none.
    const readable = ofClient ?? (await this.#rule.mayCall(origin).catch(() => false));
    return readable ? readableHeaders(origin) : unreadableHeaders;
  }
}
