import type { FastifyRequest } from 'fastify';
import { readParameters } from '../../http/parameters.ts';

/** The parameters of a token-side request. */
export function parametersOf(request: FastifyRequest): Promise<URLSearchParams> {
  return readParameters(request.url, request.headers['content-type'], request.body as Buffer | undefined);
}
