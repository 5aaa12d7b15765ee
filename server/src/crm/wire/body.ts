import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { CrmCall } from '../kernel/call.ts';
import { Refusal } from '../kernel/errors.ts';
import type { Operation } from '../kernel/operation.ts';

/** Largest body of a call; files come over the content origin. */
export const bodyLimitBytes = 2 * 1024 * 1024;
const emptyBody = Buffer.alloc(0);

/**
 * The body of a request: as a whole, or, when the operation takes files, as it arrives.
 * @throws Refusal LIMIT_EXCEEDED
 */
export async function bodyOf(
  { body }: FastifyRequest,
  operation: Operation,
): Promise<Pick<CrmCall, 'body' | 'upload'>> {
  if (Buffer.isBuffer(body)) return { body, upload: undefined };
  if (!(body instanceof Readable)) return { body: emptyBody, upload: undefined };
  return operation.takesFiles ? { body: emptyBody, upload: body } : { body: await collect(body), upload: undefined };
}

/** A multipart body as a whole, for an operation that takes no files. */
async function collect(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bodyLimitBytes) throw unreadable(413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The refusal of a request that HTTP itself, or its size, stands against. */
export function unreadable(status: number, reason?: string): Refusal {
  if (status !== 413) {
    const about = reason === undefined ? {} : { message: reason, reason: { reason } };
    return new Refusal('INVALID_REQUEST', { status: 400, outcome: 'RequestUnreadable', ...about });
  }
  return new Refusal('LIMIT_EXCEEDED', {
    status,
    details: { limit: bodyLimitBytes },
    message: 'The request body is too large',
    outcome: 'BodyTooLarge',
  });
}
