/** @file What people add to samples: tags, declared groups, saved views; and what there is to filter by. */
import { sampleKeysQuerySchema } from '@tintype/contracts/catalog';
import {
  changedIdsSchema,
  filterChoicesSchema,
  groupBodySchema,
  neighborsQuerySchema,
  neighborsViewSchema,
  newViewBodySchema,
  regroupedSchema,
  renameViewBodySchema,
  sampleKeysViewSchema,
  tagBodySchema,
  viewSchema,
  viewsViewSchema,
} from '@tintype/contracts/curation';
import { saveView } from '@tintype/core/catalog/curate';
import type { LabelService } from '@tintype/core/label/label-service';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemResponse, sampleParamsSchema, viewParamsSchema } from '../api-schemas.ts';

interface CurationRoutes {
  workspace: Workspace;
}
interface NeighborRoutes extends CurationRoutes {
  labels: LabelService;
}

/** A list of samples is long. */
const viewLimitBytes = 8 * 2 ** 20;

export const curationRoutes: FastifyPluginAsyncZod<NeighborRoutes> = async (app, { workspace, labels }) => {
  await app.register(neighborRoutes, { workspace, labels });
  await app.register(choiceRoutes, { workspace });
  await app.register(tagRoutes, { workspace });
  await app.register(viewRoutes, { workspace });
};

const neighborRoutes: FastifyPluginAsyncZod<NeighborRoutes> = async (app, { workspace: { catalog }, labels }) => {
  app.get(
    '/api/samples/:id/neighbors',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'listNeighbors',
        summary: 'Samples of the same dataset that look most alike',
        tags: ['catalog'],
        params: sampleParamsSchema,
        querystring: neighborsQuerySchema,
        response: { 200: neighborsViewSchema, ...problemResponse },
      },
    },
    async ({ params, query }) => {
      const { dataset } = await catalog.samples.get(params.id);
      const alike = await labels.alike({ dataset, sampleId: params.id, count: query.count });
      const items = await Promise.all(
        alike.map(async ({ sampleId, similarity }) => ({ sample: await catalog.samples.get(sampleId), similarity })),
      );
      return { items };
    },
  );
};

const choiceRoutes: FastifyPluginAsyncZod<CurationRoutes> = async (app, { workspace: { catalog } }) => {
  app.get(
    '/api/samples/keys',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'listSampleKeys',
        summary: 'Ids and classes of samples that match, to act on many',
        tags: ['catalog'],
        querystring: sampleKeysQuerySchema,
        response: { 200: sampleKeysViewSchema, ...problemResponse },
      },
    },
    async ({ query }) => catalog.samples.listKeys(query),
  );

  app.get(
    '/api/samples/choices',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'listFilterChoices',
        summary: 'What there is to filter by: tags, groups, annotators, sources, issues, versions, measures',
        tags: ['catalog'],
        response: { 200: filterChoicesSchema, ...problemResponse },
      },
    },
    async () => catalog.samples.listChoices(),
  );
};

const tagRoutes: FastifyPluginAsyncZod<CurationRoutes> = async (app, { workspace: { catalog, clock } }) => {
  const config = { policy: 'label', bodyType: 'application/json' } as const;

  app.post(
    '/api/samples/tag',
    {
      config,
      schema: {
        operationId: 'tagSamples',
        summary: 'Give samples a tag; tells which did not have it',
        tags: ['catalog'],
        body: tagBodySchema,
        response: { 200: changedIdsSchema, ...problemResponse },
      },
    },
    async (request) => {
      const { ids, tag } = request.body;
      const changed = await catalog.tags.add(ids, tag, { annotator: request.identity.name, at: clock.now() });
      request.change = { target: tag, details: { samples: changed.length } };
      return { changed: changed.length, ids: changed };
    },
  );

  app.post(
    '/api/samples/untag',
    {
      config,
      schema: {
        operationId: 'untagSamples',
        summary: 'Take a tag from samples; tells which had it',
        tags: ['catalog'],
        body: tagBodySchema,
        response: { 200: changedIdsSchema, ...problemResponse },
      },
    },
    async (request) => {
      const { ids, tag } = request.body;
      const changed = await catalog.tags.remove(ids, tag);
      request.change = { target: tag, details: { samples: changed.length } };
      return { changed: changed.length, ids: changed };
    },
  );

  app.post(
    '/api/samples/group',
    {
      config,
      schema: {
        operationId: 'groupSamples',
        summary: 'Declare samples to belong together, so that no split divides them; tells what they belonged to',
        tags: ['catalog'],
        body: groupBodySchema,
        response: { 200: regroupedSchema, ...problemResponse },
      },
    },
    async (request) => {
      const { ids, group } = request.body;
      const regrouped = await catalog.samples.setGroup(ids, group);
      request.change = { target: group ?? '', details: { samples: regrouped.changed } };
      return regrouped;
    },
  );
};

const viewRoutes: FastifyPluginAsyncZod<CurationRoutes> = async (app, { workspace }) => {
  const { catalog, clock } = workspace;

  app.get(
    '/api/views',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'listViews',
        summary: 'Saved views, by name',
        tags: ['catalog'],
        response: { 200: viewsViewSchema, ...problemResponse },
      },
    },
    async () => ({ items: await catalog.views.list() }),
  );

  app.get(
    '/api/views/:id',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'getView',
        summary: 'One view, with or without a name',
        tags: ['catalog'],
        params: viewParamsSchema,
        response: { 200: viewSchema, ...problemResponse },
      },
    },
    async ({ params }) => catalog.views.get(params.id),
  );

  app.post(
    '/api/views',
    {
      bodyLimit: viewLimitBytes,
      config: { policy: 'label', bodyType: 'application/json' },
      schema: {
        operationId: 'createView',
        summary: 'Keep a query or a list of samples; without a name for a week',
        tags: ['catalog'],
        body: newViewBodySchema,
        response: { 201: viewSchema, ...problemResponse },
      },
    },
    async (request, reply) => {
      const { name, query, ids } = request.body;
      const asked = query === undefined ? { sampleIds: ids ?? [] } : { query };
      const view = await saveView(workspace, { name, by: request.identity.name, ...asked });
      request.change = { target: view.id, details: { name: view.name } };
      return reply.code(201).send(view);
    },
  );

  app.post(
    '/api/views/:id',
    {
      config: { policy: 'label', bodyType: 'application/json' },
      schema: {
        operationId: 'renameView',
        summary: 'Give a view another name; null takes it off the list, from where it can come back for a week',
        tags: ['catalog'],
        params: viewParamsSchema,
        body: renameViewBodySchema,
        response: { 200: viewSchema, ...problemResponse },
      },
    },
    async ({ params, body }) => catalog.views.rename(params.id, body.name, clock.now()),
  );
};
