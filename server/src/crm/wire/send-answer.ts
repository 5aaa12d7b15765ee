import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { CrmAnswer } from '../kernel/call.ts';
import { contentDisposition } from '../store/files/file-name.ts';

const jsonHeaders = {
  'content-type': 'application/json;charset=utf-8',
  'content-disposition': 'attachment; filename=response.json',
};

/** Sends what a handler answered, or a refusal's body. */
export function sendAnswer(reply: FastifyReply, answer: CrmAnswer): FastifyReply {
  reply.code(answer.status);
  if (answer.headers) reply.headers(answer.headers);
  if (answer.file) {
    const { contentType, name, sizeBytes, content } = answer.file;
    reply.headers({
      'content-type': contentType,
      'content-disposition': contentDisposition(name),
      'content-length': sizeBytes,
      // A file that is a page after all runs nothing.
      'content-security-policy': "default-src 'none'; sandbox",
    });
    return reply.send(Readable.from(content, { objectMode: false }));
  }
  const text = answer.text ?? (answer.json === undefined ? undefined : JSON.stringify(answer.json));
  return text === undefined ? reply.send() : reply.headers(jsonHeaders).send(text);
}
