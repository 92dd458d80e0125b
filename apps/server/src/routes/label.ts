/** @file Labeling with an engine that learns meanwhile: what to show next, pages, heaps, audits, forecasts, suspects, and the labels themselves. */
import { changedSchema } from '@tintype/contracts/api';
import {
  auditBoundSchema,
  auditQuerySchema,
  clustersViewSchema,
  forecastQuerySchema,
  forecastViewSchema,
  gridQuerySchema,
  gridsViewSchema,
  labelEventsBodySchema,
  labelScopeSchema,
  nextQuerySchema,
  nextViewSchema,
  suspectsQuerySchema,
  suspectsViewSchema,
} from '@tintype/contracts/label-assist';
import { type LabelService, stateAuditBound } from '@tintype/core/label/label-service';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemResponse } from '../api-schemas.ts';

interface LabelRoutes {
  workspace: Workspace;
  labels: LabelService;
}

export const labelRoutes: FastifyPluginAsyncZod<LabelRoutes> = async (app, { workspace, labels }) => {
  const { catalog, clock } = workspace;
  const config = { policy: 'label' } as const;

  app.get(
    '/api/label/next',
    {
      config,
      schema: {
        operationId: 'listNextToLabel',
        summary: 'The pictures to label next, with suggestions and the reason for each',
        tags: ['label'],
        querystring: nextQuerySchema,
        response: { 200: nextViewSchema, ...problemResponse },
      },
    },
    async ({ query }) => labels.next(query),
  );

  app.get(
    '/api/label/grids',
    {
      config,
      schema: {
        operationId: 'listLabelGrids',
        summary: 'Pages of pictures suggested to be of one class: accept all but those that are not',
        tags: ['label'],
        querystring: gridQuerySchema,
        response: { 200: gridsViewSchema, ...problemResponse },
      },
    },
    async ({ query }) => labels.grids(query),
  );

  app.get(
    '/api/label/clusters',
    {
      config,
      schema: {
        operationId: 'listLabelClusters',
        summary: 'Unlabeled pictures in heaps that look alike, each with the random part to audit',
        tags: ['label'],
        querystring: labelScopeSchema,
        response: { 200: clustersViewSchema, ...problemResponse },
      },
    },
    async ({ query }) => labels.clusters(query),
  );

  app.get(
    '/api/label/audit-bound',
    {
      config,
      schema: {
        operationId: 'getAuditBound',
        summary: 'What looking at a random part of a batch proves about its errors',
        tags: ['label'],
        querystring: auditQuerySchema,
        response: { 200: auditBoundSchema, ...problemResponse },
      },
    },
    async ({ query: { planned, ...count } }) => stateAuditBound({ ...count, isPlanned: planned }),
  );

  app.get(
    '/api/label/forecast',
    {
      config,
      schema: {
        operationId: 'getLabelForecast',
        summary: 'Whether it is enough: the learning curve, and what the next labels would bring',
        tags: ['label'],
        querystring: forecastQuerySchema,
        response: { 200: forecastViewSchema, ...problemResponse },
      },
    },
    async ({ query }) => ({ forecast: await labels.forecast(query) }),
  );

  app.get(
    '/api/label/suspects',
    {
      config,
      schema: {
        operationId: 'listLabelSuspects',
        summary: 'Labels that are probably wrong, the least probable first',
        tags: ['label'],
        querystring: suspectsQuerySchema,
        response: { 200: suspectsViewSchema, ...problemResponse },
      },
    },
    async ({ query }) => labels.suspects(query),
  );

  app.post(
    '/api/label/events',
    {
      config: { ...config, bodyType: 'application/json' },
      schema: {
        operationId: 'addLabels',
        summary: 'Label pictures, or take labels away; answered once they are stored',
        tags: ['label'],
        body: labelEventsBodySchema,
        response: { 200: changedSchema, ...problemResponse },
      },
    },
    async (request) => {
      const { events } = request.body;
      const by = { annotator: request.identity.name, source: 'human', at: clock.now() } as const;
      await catalog.samples.appendLabelEvents(events.map((event) => ({ ...event, ...by })));
      request.change = { details: { labels: events.length } };
      return { changed: events.length };
    },
  );
};
