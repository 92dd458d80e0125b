/** @file Answers for pictures, and the health of who gives them. */
import type { PictureLimits } from '@tintype/contracts/picture';
import { healthSchema, predictionSchema } from '@tintype/contracts/serve';
import type { PredictionService } from '@tintype/core/serve/prediction-service';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { predictBodySchema, problemResponse } from '../api-schemas.ts';
import { UploadBudget, withUpload } from '../read-upload.ts';

interface ServeRoutes {
  service: PredictionService;
  limits: PictureLimits;
}

const smallestBudgetBytes = 256 * 2 ** 20;

export const serveRoutes: FastifyPluginAsyncZod<ServeRoutes> = async (app, { service, limits }) => {
  const budget = new UploadBudget(Math.max(smallestBudgetBytes, 4 * limits.bytes));

  app.get(
    '/health',
    {
      config: { policy: 'public' },
      schema: {
        operationId: 'getHealth',
        summary: 'Whether a model is loaded and follows the champion',
        tags: ['serve'],
        response: { 200: healthSchema, ...problemResponse },
      },
    },
    async () => service.health(),
  );

  app.post(
    '/predict',
    {
      config: { policy: 'predict', bodyType: 'multipart/form-data' },
      // The form is a stream: there is nothing to validate before it is read.
      validatorCompiler: () => (value) => ({ value }),
      schema: {
        operationId: 'predict',
        summary: 'Classify one picture',
        tags: ['serve'],
        consumes: ['multipart/form-data'],
        body: predictBodySchema,
        response: { 200: predictionSchema, ...problemResponse },
      },
    },
    async (request) => {
      const options = { field: 'file', limitBytes: limits.bytes, budget };
      return withUpload(request, options, (bytes) => service.predict(bytes, { requestId: request.id }));
    },
  );
};
