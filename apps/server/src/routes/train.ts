/** @file What can be trained here, and how long it would take. */
import { trainableModelsViewSchema } from '@tintype/contracts/api';
import { TintypeError } from '@tintype/contracts/errors';
import { trainingEstimateSchema, trainOptionsSchema } from '@tintype/contracts/train';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemResponse } from '../api-schemas.ts';
import { withClientSignal } from '../client-signal.ts';
import { namesFiles } from '../job-inputs.ts';
import type { TrainingEstimates } from '../open-training-estimates.ts';

interface TrainRoutes {
  workspace: Workspace;
  estimates: TrainingEstimates;
}

export const trainRoutes: FastifyPluginAsyncZod<TrainRoutes> = async (app, { workspace, estimates }) => {
  app.get(
    '/api/train/models',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'listTrainableModels',
        summary: 'Models to choose from, in plain words, and backbones that were used before',
        tags: ['train'],
        response: { 200: trainableModelsViewSchema, ...problemResponse },
      },
    },
    async () => {
      const { listTrainableModels } = await import('@tintype/core/train/trainable-models');
      return listTrainableModels(workspace.catalog, { labelBackbone: workspace.config.label.backbone ?? 'histograms' });
    },
  );

  app.post(
    '/api/train/estimate',
    {
      config: { policy: 'train', bodyType: 'application/json' },
      schema: {
        operationId: 'estimateTraining',
        summary: 'How long a training would take here, by a few measured steps; nothing is trained',
        tags: ['train'],
        body: trainOptionsSchema.strict(),
        response: { 200: trainingEstimateSchema, ...problemResponse },
      },
    },
    async (request) => {
      if (namesFiles('train', request.body) && !request.identity.scopes.includes('admin'))
        throw new TintypeError('PATHS_FORBIDDEN', {});
      return withClientSignal(request, (signal) => estimates.estimate(request.body, { signal }));
    },
  );
};
