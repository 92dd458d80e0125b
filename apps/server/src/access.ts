/** @file What every route states: who may ask, and what body it takes. A route that does not say keeps the server from starting. */
import { type RoutePolicy, routePolicies } from '@tintype/contracts/access';
import { TintypeError } from '@tintype/contracts/errors';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';

/** A content type that a route takes; a route without one takes no body. */
export type BodyType = 'application/json' | 'multipart/form-data' | 'image/*';

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: RoutePolicy;
    bodyType?: BodyType | readonly BodyType[];
    /** Answered however often it is asked: health, files of the page. */
    isUnlimited?: boolean;
    /** A public route that changes something all the same; or, where false, one whose change is gone in minutes and is not recorded. */
    isRecorded?: boolean;
  }
}

const mediaTypes: Record<BodyType, RegExp> = {
  'application/json': /^application\/json(?:; ?charset="?utf-8"?)?$/i,
  // RFC 2046 allows a boundary of 1 to 70 characters.
  'multipart/form-data':
    /^multipart\/form-data; ?boundary=(?:"[^"\r\n]{1,70}"|[^\s;,"]{1,70})(?:; ?charset="?utf-8"?)?$/i,
  'image/*': /^image\/[a-z0-9][a-z0-9.+-]{0,60}$/i,
};

/** Returns the live list of routes. */
export function guardRoutes(app: FastifyInstance): readonly RouteOptions[] {
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => {
    routes.push(route);
  });
  app.addHook('onReady', async () => {
    const open = routes.filter((route) => !routePolicies.includes(route.config?.policy as RoutePolicy));
    if (open.length > 0) throw new Error(`These routes state no policy: ${open.map((route) => route.url).join(', ')}.`);
  });
  return routes;
}

/** After whoever asks is known: what a body may be is nobody else's business. */
export function guardBodies(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (!request.is404) assertBodyType(request);
  });
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

/** Gives every route of a plugin that cannot state one a policy. */
export function setPolicy(app: FastifyInstance, config: { policy: RoutePolicy; isUnlimited?: boolean }): void {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, ...config };
  });
}
