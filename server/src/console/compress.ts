import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const compress = promisify(gzip);
/**
 * Bytes from which an answer is compressed. Answers that hold secrets (the session with its token, codes, secrets) are
 * far shorter: their length may not depend on what they have in common with a part that somebody else chose (BREACH).
 */
const leastBytes = 8192;

/** Compresses the long JSON answers of a listener (RFC 9110 §8.4) for callers that take gzip. */
export function compressJson(app: FastifyInstance): void {
  app.addHook('onSend', async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
    if (!/^application\/json\b/.test(String(reply.getHeader('content-type'))) || payload.length < leastBytes) {
      return payload;
    }
    reply.header('vary', 'accept-encoding');
    if (!takesGzip(request.headers['accept-encoding'])) return payload;
    const compressed = await compress(payload);
    reply.header('content-encoding', 'gzip').header('content-length', compressed.length);
    return compressed;
  });
}

/** `gzip` is named and not refused by `;q=0`. */
function takesGzip(accepted: string | string[] | undefined): boolean {
  return /(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)/i.test(String(accepted ?? ''));
}
