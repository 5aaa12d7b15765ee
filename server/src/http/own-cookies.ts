import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Seconds } from '../foundation/kinds.ts';

/** Whose cookies they are. Ports do not keep cookies apart, so their names carry the application and the data centre. */
export interface CookieOwner {
  /** `grantway`, `grantway_console` */
  readonly application: string;
  readonly dataCenterId: string;
  readonly origin: string;
}

/** The name on the wire. `__Host-` ties it to one secure host; browsers refuse it without https. */
export function nameOfCookie(owner: CookieOwner, name: string): string {
  const plain = `${owner.application}_${name}_${owner.dataCenterId}`;
  return isSecure(owner) ? `__Host-${plain}` : plain;
}

/** Sets a cookie that scripts of pages do not see; with a time of 0 it goes. */
export function setOwnCookie(
  owner: CookieOwner,
  reply: FastifyReply,
  name: string,
  value: string,
  ttlSeconds: Seconds,
): void {
  reply.setCookie(nameOfCookie(owner, name), value, {
    path: '/',
    httpOnly: true,
    // Lax, not Strict: it must come along when a page of another origin leads here.
    sameSite: 'lax',
    secure: isSecure(owner),
    maxAge: ttlSeconds,
  });
}

export function readOwnCookie(owner: CookieOwner, request: FastifyRequest, name: string): string | undefined {
  // Requests that ended before any route have none.
  return (request.cookies as FastifyRequest['cookies'] | undefined)?.[nameOfCookie(owner, name)];
}

function isSecure({ origin }: CookieOwner): boolean {
  return origin.startsWith('https:');
}
