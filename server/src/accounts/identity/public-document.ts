import type { FastifyReply } from 'fastify';

/** A document that is the same for everybody: any page may read it, any cache may keep it. */
export function sendPublicDocument(reply: FastifyReply, document: unknown, maxAgeSeconds: number): FastifyReply {
  return reply
    .headers({
      'content-type': 'application/json;charset=UTF-8',
      'cache-control': `public, max-age=${maxAgeSeconds}`,
      'access-control-allow-origin': '*',
    })
    .send(JSON.stringify(document));
}
