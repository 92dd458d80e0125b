/** @file The one cookie of this server. */
import type { FastifyRequest } from 'fastify';

/** On https a name that no other host, and nobody without TLS, can set (RFC 6265bis). */
const cookieName = (isHttps: boolean): string => `${isHttps ? '__Host-' : ''}tintype_session`;

const isHttps = (request: FastifyRequest): boolean => request.protocol === 'https';

export function readSessionCookie(request: FastifyRequest): string | undefined {
  const name = cookieName(isHttps(request));
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** `lifeMs` 0 takes it away. */
export function renderSessionCookie(request: FastifyRequest, value: string, lifeMs: number): string {
  const secure = isHttps(request) ? '; Secure' : '';
  const seconds = Math.round(lifeMs / 1000);
  return `${cookieName(isHttps(request))}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}
