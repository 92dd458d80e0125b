/** @file Which names this server answers to and which pages may ask it: stops DNS rebinding and forged requests, and answers preflights. */
import { networkInterfaces } from 'node:os';
import { TintypeError } from '@tintype/contracts/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isLoopbackHeader } from './loopback.ts';

export interface HostOptions {
  /** Names beside this machine's own. */
  hosts: readonly string[];
  /** Pages elsewhere whose scripts may ask, with a token. */
  origins: readonly string[];
  /** Whether other machines reach it: then it also answers to the addresses of its interfaces, which no foreign name can claim. */
  isExposed: boolean;
}

const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];
const corsMethods = 'GET, HEAD, POST';
const corsHeaders = 'authorization, content-type, last-event-id';
const preflightSeconds = '600';

export const isSafeMethod = (method: string): boolean => safeMethods.includes(method);

/** Whether the browser says that a page of another origin asks. Where https is not known of, a proxy may speak it. */
export function isForeign({ host, protocol, headers: { origin } }: FastifyRequest): boolean {
  if (origin === undefined || origin === `https://${host}`) return false;
  return protocol === 'https' || origin !== `http://${host}`;
}

export function guardHosts(app: FastifyInstance, options: HostOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!isOwnHost(request.host, options)) throw new TintypeError('HOST_REFUSED', {});
    const { origin } = request.headers;
    const isListed = origin !== undefined && options.origins.includes(origin);
    if (options.origins.length > 0) reply.header('vary', 'Origin');
    if (isListed) reply.header('access-control-allow-origin', origin);
    if (isListed) reply.header('access-control-expose-headers', 'retry-after, x-request-id');
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined)
      return answerPreflight(reply, isListed);
    if (!isSafeMethod(request.method) && !isListed) assertOwnPage(request);
    return undefined;
  });
}

function isOwnHost(header: string, { hosts, isExposed }: HostOptions): boolean {
  if (!header) return false;
  if (isLoopbackHeader(header)) return true;
  const name = header.toLowerCase().replace(/:\d{1,5}$/, '');
  return hosts.includes(name) || (isExposed && listOwnAddresses().includes(name));
}

const listOwnAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((all = []) =>
    all.map(({ address, family }) => (family === 'IPv6' ? `[${address.toLowerCase()}]` : address)),
  );

function assertOwnPage(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  const isOwnSite = site === undefined || site === 'same-origin' || site === 'none';
  if (isForeign(request) || !isOwnSite) throw new TintypeError('HOST_REFUSED', {});
}

/** Cookies are never offered to other origins: `access-control-allow-credentials` is not among the headers. */
function answerPreflight(reply: FastifyReply, isListed: boolean): FastifyReply {
  if (!isListed) throw new TintypeError('HOST_REFUSED', {});
  return reply
    .code(204)
    .header('access-control-allow-methods', corsMethods)
    .header('access-control-allow-headers', corsHeaders)
    .header('access-control-max-age', preflightSeconds)
    .send();
}
