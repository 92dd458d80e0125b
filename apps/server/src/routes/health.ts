/** @file Health: of the model that answers, of this process, and whether requests should be sent here. */
import { healthSchema, liveSchema, type Readiness, readinessSchema } from '@tintype/contracts/serve';
import type { PredictionService } from '@tintype/core/serve/prediction-service';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemResponse } from '../api-schemas.ts';

interface HealthRoutes {
  service: Pick<PredictionService, 'health' | 'serving'>;
  /** Inference processes that take work now; Infinity where they are not known. */
  readyChildren: () => number;
  isDraining: () => boolean;
}

const details: Record<Readiness['status'], string | null> = {
  ready: null,
  starting: 'The server is starting: its model is being loaded.',
  draining: 'The server is ending: it answers the requests it has and takes no new ones.',
  'no-model': 'No model is loaded. Train or promote one; /health says which was asked for.',
  'no-child': 'No inference process is running; new ones are being started.',
};

export const healthRoutes: FastifyPluginAsyncZod<HealthRoutes> = async (
  app,
  { service, readyChildren, isDraining },
) => {
  const readiness = (): Readiness['status'] => {
    if (isDraining()) return 'draining';
    if (!service.serving) return service.health().status === 'starting' ? 'starting' : 'no-model';
    return readyChildren() > 0 ? 'ready' : 'no-child';
  };

  app.get(
    '/health',
    {
      config: { policy: 'public', isUnlimited: true },
      schema: {
        operationId: 'getHealth',
        summary: 'Whether a model is loaded and follows the champion',
        tags: ['serve'],
        response: { 200: healthSchema, ...problemResponse },
      },
    },
    async () => service.health(),
  );

  app.get(
    '/health/live',
    {
      config: { policy: 'public', isUnlimited: true },
      schema: {
        operationId: 'getLiveness',
        summary: 'Whether this process turns; if it does not answer, start it anew',
        tags: ['serve'],
        response: { 200: liveSchema, ...problemResponse },
      },
    },
    async () => ({ status: 'live' as const }),
  );

  app.get(
    '/health/ready',
    {
      config: { policy: 'public', isUnlimited: true },
      schema: {
        operationId: 'getReadiness',
        summary: 'Whether requests should be sent here, and why not',
        tags: ['serve'],
        response: { 200: readinessSchema, 503: readinessSchema, ...problemResponse },
      },
    },
    async (_request, reply) => {
      const status = readiness();
      return reply.code(status === 'ready' ? 200 : 503).send({ status, detail: details[status] });
    },
  );
};
