/** @file Registered models, their versions, and which of them an alias names. */
import { historyViewSchema, modelsViewSchema, moveAliasBodySchema, versionViewSchema } from '@tintype/contracts/api';
import { aliasLogEntrySchema } from '@tintype/contracts/registry';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { PredictionService } from '@tintype/core/serve/prediction-service';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { aliasParamsSchema, modelParamsSchema, problemResponse, versionParamsSchema } from '../api-schemas.ts';

interface RegistryRoutes {
  workspace: Workspace;
  service: PredictionService;
}

export const registryRoutes: FastifyPluginAsyncZod<RegistryRoutes> = async (app, { workspace, service }) => {
  const { catalog, clock } = workspace;

  app.get(
    '/api/models',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'listModels',
        summary: 'Registered models with their versions',
        tags: ['registry'],
        response: { 200: modelsViewSchema, ...problemResponse },
      },
    },
    async () => ({ items: await catalog.registry.list() }),
  );

  app.get(
    '/api/models/:model/versions/:version',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'getVersion',
        summary: 'One version, by number or alias, with its evaluations',
        tags: ['registry'],
        params: versionParamsSchema,
        response: { 200: versionViewSchema, ...problemResponse },
      },
    },
    async (request) => {
      const version = await catalog.registry.getVersion(request.params.model, request.params.version);
      return { version, evaluations: await catalog.evaluations.list(version.model, version.version) };
    },
  );

  app.post(
    '/api/models/:model/aliases/:alias',
    {
      config: { policy: 'train', bodyType: 'application/json' },
      schema: {
        operationId: 'moveAlias',
        summary: 'Point an alias at a version; a moved champion is served at once',
        tags: ['registry'],
        params: aliasParamsSchema,
        body: moveAliasBodySchema,
        response: { 200: aliasLogEntrySchema, ...problemResponse },
      },
    },
    async (request) => {
      const { version, expected } = request.body;
      const entry = await catalog.registry.moveAlias({
        ...request.params,
        version,
        ...(expected === undefined ? {} : { expected }),
        by: request.identity.name,
        at: clock.now(),
      });
      request.change = { details: { before: entry.previous, after: entry.version } };
      void service.refresh();
      return entry;
    },
  );

  app.get(
    '/api/models/:model/history',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'listHistory',
        summary: 'Every move of every alias, newest first',
        tags: ['registry'],
        params: modelParamsSchema,
        response: { 200: historyViewSchema, ...problemResponse },
      },
    },
    async (request) => {
      await catalog.registry.get(request.params.model);
      return { items: await catalog.registry.aliasLog(request.params.model) };
    },
  );
};
