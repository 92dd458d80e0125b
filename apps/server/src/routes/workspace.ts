/** @file What the page shows first: the workspace, its datasets and what is served. */
import { type WorkspaceView, workspaceViewSchema } from '@tintype/contracts/api';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { PredictionService } from '@tintype/core/serve/prediction-service';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemResponse } from '../api-schemas.ts';
import { version } from '../version.ts';

interface WorkspaceRoutes {
  workspace: Workspace;
  service: PredictionService;
}

export const workspaceRoutes: FastifyPluginAsyncZod<WorkspaceRoutes> = async (app, { workspace, service }) => {
  app.get(
    '/api/workspace',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'getWorkspace',
        summary: 'Name, datasets and the served version',
        tags: ['workspace'],
        response: { 200: workspaceViewSchema, ...problemResponse },
      },
    },
    async () => {
      const { datasets } = await workspace.catalog.samples.summarize();
      const { serving } = service;
      const { share, below, refused, pictures } = workspace.config.serve.predictionLog;
      const isKept = share > 0 || below > 0 || refused;
      const whatIsKept: WorkspaceView['keeps'] = pictures ? 'pictures' : 'answers';
      return {
        name: workspace.config.name,
        version,
        datasets,
        serving: serving ? { model: serving.model, version: serving.version } : null,
        keeps: isKept ? whatIsKept : ('nothing' as const),
      };
    },
  );
};
