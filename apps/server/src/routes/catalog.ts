/** @file Samples, their pictures, and data issues. */
import {
  changedSchema,
  issuesViewSchema,
  sampleIdsBodySchema,
  samplesViewSchema,
  sampleViewSchema,
} from '@tintype/contracts/api';
import { sampleQuerySchema } from '@tintype/contracts/catalog';
import type { PictureFormat } from '@tintype/contracts/picture';
import { describeSample } from '@tintype/core/catalog/curate';
import type { PictureTasks } from '@tintype/core/model/picture-tasks.types';
import { objectKeys } from '@tintype/core/ports/object-store';
import type { TaskPool } from '@tintype/core/ports/task-pool';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import {
  bytesResponse,
  issueQuerySchema,
  notModifiedResponse,
  pictureQuerySchema,
  problemResponse,
  sampleParamsSchema,
} from '../api-schemas.ts';
import { createInTurn } from '../in-turn.ts';
import { mediaTypeOf, sendForScreen, sendObject } from '../send-object.ts';

interface CatalogRoutes {
  workspace: Workspace;
  /** What decodes pictures; without it they are sent as they are. */
  pool?: Pick<TaskPool<PictureTasks>, 'run'> | undefined;
}

/** Formats that most browsers do not show. */
const unshown: ReadonlySet<PictureFormat> = new Set(['heic', 'tiff']);

export const catalogRoutes: FastifyPluginAsyncZod<CatalogRoutes> = async (app, { workspace, pool }) => {
  const { catalog, clock, store } = workspace;
  const { limits } = workspace.config;
  const inTurn = createInTurn();
  const by = ({ identity }: Pick<FastifyRequest, 'identity'>) => ({ annotator: identity.name, at: clock.now() });

  app.get(
    '/api/samples',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'listSamples',
        summary: 'Samples that match, page by page',
        tags: ['catalog'],
        querystring: sampleQuerySchema,
        response: { 200: samplesViewSchema, ...problemResponse },
      },
    },
    async (request) => catalog.samples.list(request.query),
  );

  app.get(
    '/api/samples/:id',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'getSample',
        summary:
          'One sample with all that is known of it: labels, tags, answers of models, measures, where it was used',
        tags: ['catalog'],
        params: sampleParamsSchema,
        response: { 200: sampleViewSchema, ...problemResponse },
      },
    },
    async (request) => describeSample(workspace, request.params.id),
  );

  app.get(
    '/api/samples/:id/thumbnail',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'getThumbnail',
        summary: 'A small JPEG without metadata; never changes',
        tags: ['catalog'],
        params: sampleParamsSchema,
        response: { 200: bytesResponse('The thumbnail', 'image/jpeg'), 304: notModifiedResponse, ...problemResponse },
      },
    },
    async (request, reply) => {
      const { contentHash } = await catalog.samples.get(request.params.id);
      return sendObject(request, reply, store, {
        key: objectKeys.thumbnail(contentHash),
        mediaType: 'image/jpeg',
        etag: contentHash,
      });
    },
  );

  app.get(
    '/api/samples/:id/picture',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'getPicture',
        summary: 'The bytes that were ingested; for a screen as a JPEG where browsers do not show their format',
        tags: ['catalog'],
        params: sampleParamsSchema,
        querystring: pictureQuerySchema,
        response: { 200: bytesResponse('The picture', 'image/*'), 304: notModifiedResponse, ...problemResponse },
      },
    },
    async (request, reply) => {
      const { contentHash, format } = await catalog.samples.get(request.params.id);
      const key = objectKeys.source(contentHash);
      if (request.query.for === 'screen' && pool && unshown.has(format))
        return sendForScreen(request, reply, { store, pool, limits, inTurn, key, etag: `${contentHash}-screen` });
      return sendObject(request, reply, store, {
        key,
        mediaType: mediaTypeOf[format],
        etag: contentHash,
      });
    },
  );

  app.post(
    '/api/samples/remove',
    {
      config: { policy: 'label', bodyType: 'application/json' },
      schema: {
        operationId: 'removeSamples',
        summary: 'Move samples to the trash',
        tags: ['catalog'],
        body: sampleIdsBodySchema,
        response: { 200: changedSchema, ...problemResponse },
      },
    },
    async (request) => ({ changed: await catalog.samples.remove(request.body.ids, by(request)) }),
  );

  app.post(
    '/api/samples/restore',
    {
      config: { policy: 'label', bodyType: 'application/json' },
      schema: {
        operationId: 'restoreSamples',
        summary: 'Take samples out of the trash',
        tags: ['catalog'],
        body: sampleIdsBodySchema,
        response: { 200: changedSchema, ...problemResponse },
      },
    },
    async (request) => ({ changed: await catalog.samples.restore(request.body.ids, by(request)) }),
  );

  app.get(
    '/api/issues',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'listIssues',
        summary: 'Data issues, page by page',
        tags: ['catalog'],
        querystring: issueQuerySchema,
        response: { 200: issuesViewSchema, ...problemResponse },
      },
    },
    async (request) => {
      const { dataset, kind, cursor, limit } = request.query;
      return catalog.samples.listIssues({
        limit,
        ...(dataset === undefined ? {} : { dataset }),
        ...(kind === undefined ? {} : { kind }),
        ...(cursor === undefined ? {} : { cursor }),
      });
    },
  );
};
