import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Unavailable } from '../foundation/unavailable.ts';
import type { Dialect } from './app.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether the request has a place at its listener's gate. */
    hasPlace: boolean;
  }
}

/**
 * Lets so many requests of a listener be worked on at the same time. What comes then is refused at once: what is inside
 * is answered in the time that this number takes, however many come.
 */
export class RequestGate {
  /** 0: any number. */
  readonly most: number;
  #underWay = 0;
  #peak = 0;
  #refused = 0;

  constructor(most: number) {
    this.most = most;
  }

  get underWay(): number {
    return this.#underWay;
  }

  /** The most that there were since the process began. */
  get peak(): number {
    return this.#peak;
  }

  get refused(): number {
    return this.#refused;
  }

  enter(): boolean {
    if (this.most > 0 && this.#underWay >= this.most) {
      this.#refused++;
      return false;
    }
    this.#underWay++;
    if (this.#underWay > this.#peak) this.#peak = this.#underWay;
    return true;
  }

  leave(): void {
    this.#underWay--;
  }
}

/**
 * Answers 503 with `Retry-After`, in the listener's form, to requests that the gate has no place for. A body that is still
 * on its way takes none: whoever sends slowly keeps nobody out.
 */
export function guardListener(app: FastifyInstance, dialect: Pick<Dialect, 'unavailable'>, gate: RequestGate): void {
  app.decorateRequest('hasPlace', false);
  const busy = new Unavailable(`${gate.most} requests are under way already`, {});
  const refuse = (request: FastifyRequest, reply: FastifyReply) => {
    reply.header('retry-after', String(busy.retryAfterSeconds));
    void dialect.unavailable(request, reply, busy);
  };
  const giveBack = (request: FastifyRequest) => {
    if (!request.hasPlace) return;
    request.hasPlace = false;
    gate.leave();
  };
  app.addHook('onRequest', (request, reply, done) => {
    reply.raw.once('close', () => giveBack(request));
    request.hasPlace = gate.enter();
    if (request.hasPlace) done();
    else refuse(request, reply);
  });
  app.addHook('preParsing', (request, _reply, payload, done) => {
    giveBack(request);
    done(null, payload);
  });
  app.addHook('preValidation', (request, reply, done) => {
    // The client may have gone while its body was on its way.
    request.hasPlace = !reply.raw.destroyed && gate.enter();
    if (request.hasPlace || reply.raw.destroyed) done();
    else refuse(request, reply);
  });
}
