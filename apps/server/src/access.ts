/** @file Who may ask what: every route states its policy, and this machine's own pages alone may call those that change something. */
import { TintypeError } from '@tintype/contracts/errors';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { isLoopbackHeader } from './loopback.ts';

/** `public`: answers without knowing who asks. `read`, `write` and `predict` are what a token will have to allow. */
export const routePolicies = ['public', 'read', 'write', 'predict'] as const;
export type RoutePolicy = (typeof routePolicies)[number];

/** A content type that a route takes; a route without one takes no body. */
export type BodyType = 'application/json' | 'multipart/form-data' | 'image/*';

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: RoutePolicy;
    bodyType?: BodyType | readonly BodyType[];
  }
}

const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];
const mediaTypes: Record<BodyType, RegExp> = {
  'application/json': /^application\/json(?:; ?charset="?utf-8"?)?$/i,
  // RFC 2046 allows a boundary of 1 to 70 characters.
  'multipart/form-data':
    /^multipart\/form-data; ?boundary=(?:"[^"\r\n]{1,70}"|[^\s;,"]{1,70})(?:; ?charset="?utf-8"?)?$/i,
  'image/*': /^image\/[a-z0-9][a-z0-9.+-]{0,60}$/i,
};

/** Stops DNS rebinding (a foreign name that resolves to this machine) and requests that a foreign page makes a browser send. */
function assertOwnPage(request: FastifyRequest): void {
  const { host, origin, 'sec-fetch-site': site } = request.headers;
  if (!host || !isLoopbackHeader(host)) throw new TintypeError('HOST_REFUSED', {});
  if (safeMethods.includes(request.method)) return;
  const isOwnOrigin = origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
  const isOwnSite = site === undefined || site === 'same-origin' || site === 'none';
  if (!isOwnOrigin || !isOwnSite) throw new TintypeError('HOST_REFUSED', {});
}

/** Compares exactly, before anything is parsed: a body that slips past its parser also slips past its schema. */
function assertBodyType(request: FastifyRequest): void {
  const { bodyType } = request.routeOptions.config;
  const mediaType = request.headers['content-type'];
  if (bodyType === undefined) {
    const hasBody =
      request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
    if (hasBody) throw new TintypeError('MEDIA_TYPE_UNSUPPORTED', { mediaType: mediaType ?? '', expected: 'no body' });
    return;
  }
  const taken = [bodyType].flat();
  if (mediaType === undefined || !taken.some((type) => mediaTypes[type].test(mediaType))) {
    throw new TintypeError('MEDIA_TYPE_UNSUPPORTED', {
      mediaType: (mediaType ?? '').slice(0, 100),
      expected: taken.join(', '),
    });
  }
}

/** Returns the live list of routes. A route without a policy keeps the server from starting. */
export function guardRoutes(app: FastifyInstance): readonly RouteOptions[] {
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => {
    routes.push(route);
  });
  app.addHook('onReady', async () => {
    const open = routes.filter((route) => !routePolicies.includes(route.config?.policy as RoutePolicy));
    if (open.length > 0) throw new Error(`These routes state no policy: ${open.map((route) => route.url).join(', ')}.`);
  });
  app.addHook('onRequest', async (request) => {
    assertOwnPage(request);
    if (!request.is404) assertBodyType(request);
  });
  return routes;
}

/** Gives every route of a plugin that cannot state one a policy. */
export function setPolicy(app: FastifyInstance, policy: RoutePolicy): void {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, policy };
  });
}
