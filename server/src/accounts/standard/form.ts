import type { FastifyRequest } from 'fastify';
import { queryOf } from '../../http/parameters.ts';
import type { Refusal } from '../../oauth/refusal.ts';

/**
 * The parameters of a request to one of the standard endpoints: a POST with an urlencoded body, none of them in the URL
 * and none twice (RFC 6749 §2.3.1, §3.2). Empty values count as left out.
 */
export function readStandardForm(request: FastifyRequest): URLSearchParams | Refusal {
  if (request.method !== 'POST') {
    return { outcome: 'MethodNotAllowed', detail: { came: request.method, expected: 'POST' } };
  }
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  const hasBody = Buffer.isBuffer(request.body) && request.body.length > 0;
  if ((hasBody && type !== 'application/x-www-form-urlencoded') || queryOf(request.url) !== '') {
    return { outcome: 'FormExpected', detail: { contentType: type?.slice(0, 100) ?? null } };
  }
  const parameters = new URLSearchParams(hasBody ? (request.body as Buffer).toString('utf8') : '');
  for (const name of new Set(parameters.keys())) {
    if (name !== 'resource' && name !== 'audience' && parameters.getAll(name).length > 1) {
      return { outcome: 'ParameterRepeated', detail: { parameter: name.slice(0, 100) } };
    }
  }
  return new URLSearchParams([...parameters].filter(([, value]) => value !== ''));
}
