/** @file Answers that were kept for review. */
import { predictionsQuerySchema, predictionsViewSchema } from '@tintype/contracts/prediction-log';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemResponse } from '../api-schemas.ts';

interface PredictionRoutes {
  workspace: Workspace;
}

export const predictionRoutes: FastifyPluginAsyncZod<PredictionRoutes> = async (app, { workspace }) => {
  app.get(
    '/api/predictions',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'listPredictions',
        summary: 'Answers kept by the prediction log, newest first',
        tags: ['serve'],
        querystring: predictionsQuerySchema,
        response: { 200: predictionsViewSchema, ...problemResponse },
      },
    },
    async (request) => workspace.catalog.predictions.list(request.query),
  );
};
