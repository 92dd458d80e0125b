/** @file What a dataset looks like: the last exploration, a new one, and the map of its pictures. */
import { Readable } from 'node:stream';
import {
  exploreOptionsSchema,
  exploreStartedSchema,
  exploreViewSchema,
  mapQuerySchema,
  mapViewSchema,
} from '@tintype/contracts/explore';
import { openMapText, startExploration, viewExploration } from '@tintype/core/explore/explore-view';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemResponse } from '../api-schemas.ts';

interface ExploreRoutes {
  workspace: Workspace;
}

export const exploreRoutes: FastifyPluginAsyncZod<ExploreRoutes> = async (app, { workspace }) => {
  const { catalog, store, queue } = workspace;

  app.get(
    '/api/explore',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'getExploration',
        summary: 'What the last exploration of a dataset found, with the labels of now, and how far the next one is',
        tags: ['explore'],
        querystring: exploreOptionsSchema,
        response: { 200: exploreViewSchema, ...problemResponse },
      },
    },
    async ({ query }) => viewExploration({ catalog, store, queue }, query),
  );

  app.post(
    '/api/explore',
    {
      config: { policy: 'label', bodyType: 'application/json' },
      schema: {
        operationId: 'startExploration',
        summary: 'Explore a dataset; one that is queued or under way already is not begun twice',
        tags: ['explore'],
        body: exploreOptionsSchema.strict(),
        response: { 202: exploreStartedSchema, ...problemResponse },
      },
    },
    async (request, reply) => {
      const job = await startExploration({ catalog, queue }, request.body);
      request.change = { target: job.id, details: { kind: 'explore' } };
      return reply.code(202).send({ job: job.id });
    },
  );

  app.get(
    '/api/explore/map',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'getExplorationMap',
        summary: 'Where every picture lies among the others, in blocks of a thousand; labels are those of now',
        tags: ['explore'],
        querystring: mapQuerySchema,
        response: { 200: mapViewSchema, ...problemResponse },
      },
    },
    async ({ query }, reply) => {
      const text = await openMapText({ catalog, store }, query);
      // Written as it is made: the schema describes it, and never sees it whole.
      return reply.type('application/json; charset=utf-8').send(Readable.from(text) as never);
    },
  );
};
