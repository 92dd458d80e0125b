/** @file Labeling with an engine that learns meanwhile: what to show next, pages, heaps, audits, forecasts, suspects, and the labels themselves. */
import { changedSchema } from '@tintype/contracts/api';
import {
  classChangeSchema,
  classEventSchema,
  classEventsViewSchema,
  classesViewSchema,
} from '@tintype/contracts/label';
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
import { leaseMs, leasesBodySchema, leasesViewSchema } from '@tintype/contracts/people';
import { resolveDataset } from '@tintype/core/catalog/catalog';
import { addLabels, giveOut } from '@tintype/core/label/give-out';
import { type LabelService, stateAuditBound } from '@tintype/core/label/label-service';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemResponse } from '../api-schemas.ts';
import { Turns } from '../turns.ts';

interface LabelRoutes {
  workspace: Workspace;
  labels: LabelService;
}

const shownChanges = 200;

export const labelRoutes: FastifyPluginAsyncZod<LabelRoutes> = async (app, { workspace, labels }) => {
  const { catalog, clock } = workspace;
  const config = { policy: 'label' } as const;
  const { secondOpinions: second, goldQuestions: gold } = workspace.config.label;
  const turns = new Turns({ width: 1 });
  const listHeld = async (dataset: string | undefined, { identity }: Pick<FastifyRequest, 'identity'>) =>
    catalog.people.listHeld(await resolveDataset(catalog, dataset), { annotator: identity.name, at: clock.now() });

  app.get(
    '/api/label/next',
    {
      config,
      schema: {
        operationId: 'listNextToLabel',
        summary:
          'The pictures to label next, with suggestions and the reason for each; kept from others for two minutes',
        tags: ['label'],
        querystring: nextQuerySchema,
        response: { 200: nextViewSchema, ...problemResponse },
      },
    },
    async ({ query: { holding, ...query }, identity }) => {
      const held = holding === undefined ? {} : { holding: holding.split(',').filter(Boolean) };
      const request = { ...query, ...held, annotator: identity.name, shares: { second, gold } };
      return giveOut({ catalog, clock, labels, turns }, request);
    },
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
    async (request) => labels.grids({ ...request.query, without: await listHeld(request.query.dataset, request) }),
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
    async (request) => labels.clusters({ ...request.query, without: await listHeld(request.query.dataset, request) }),
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
    '/api/label/leases',
    {
      config: { ...config, bodyType: 'application/json', isRecorded: false },
      schema: {
        operationId: 'leasePictures',
        summary: 'Keep pictures from others for two minutes, such as those of a page or a heap; asking again renews it',
        tags: ['label'],
        body: leasesBodySchema,
        response: { 200: leasesViewSchema, ...problemResponse },
      },
    },
    async ({ body, identity }) => {
      const at = clock.now();
      const until = at + leaseMs;
      return { held: await catalog.people.lease(body.sampleIds, { annotator: identity.name, at, until }), until };
    },
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
      await addLabels({ catalog, clock }, { annotator: request.identity.name, events });
      request.change = { details: { labels: events.length } };
      return { changed: events.length };
    },
  );

  app.get(
    '/api/classes',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'listClasses',
        summary: 'Classes in their order, with their keys',
        tags: ['label'],
        response: { 200: classesViewSchema, ...problemResponse },
      },
    },
    async () => ({ items: await catalog.samples.listClasses() }),
  );

  app.get(
    '/api/classes/changes',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'listClassChanges',
        summary: 'What was done to classes, by whom, the newest first',
        tags: ['label'],
        response: { 200: classEventsViewSchema, ...problemResponse },
      },
    },
    async () => ({ items: await catalog.classes.listChanges({ limit: shownChanges }) }),
  );

  app.post(
    '/api/classes/changes',
    {
      config: { ...config, bodyType: 'application/json' },
      schema: {
        operationId: 'changeClasses',
        summary:
          'Add, rename, merge, order or remove classes, choose their keys, or take such a change back; labels follow',
        tags: ['label'],
        body: classChangeSchema,
        response: { 200: classEventSchema, ...problemResponse },
      },
    },
    async (request) => {
      const change = request.body;
      const event = await catalog.classes.change(change, { annotator: request.identity.name, at: clock.now() });
      request.change = { target: 'name' in change ? change.name : null, details: { ...change, labels: event.labels } };
      return event;
    },
  );
};
