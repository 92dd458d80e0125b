/** @file Work for a worker: ask for it, look how far it is. */
import { jobsViewSchema, newJobBodySchema } from '@tintype/contracts/api';
import { TintypeError } from '@tintype/contracts/errors';
import { jobSchema } from '@tintype/contracts/job';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { jobParamsSchema, problemResponse } from '../api-schemas.ts';
import { namesFiles, parseJobInput } from '../job-inputs.ts';

interface JobRoutes {
  workspace: Workspace;
}

export const jobRoutes: FastifyPluginAsyncZod<JobRoutes> = async (app, { workspace }) => {
  const { queue } = workspace;

  app.post(
    '/api/jobs',
    {
      config: { policy: 'train', bodyType: 'application/json' },
      schema: {
        operationId: 'addJob',
        summary: 'Queue an ingest, a training, a tuning or an evaluation',
        tags: ['jobs'],
        body: newJobBodySchema,
        response: { 202: jobSchema, ...problemResponse },
      },
    },
    async (request, reply) => {
      const { kind, input } = request.body;
      const parsed = parseJobInput(kind, input);
      if (namesFiles(kind, parsed) && !request.identity.scopes.includes('admin'))
        throw new TintypeError('PATHS_FORBIDDEN', {});
      const job = await queue.add({ kind, input: parsed });
      request.change = { target: job.id, details: { kind } };
      return reply.code(202).header('location', `/api/jobs/${job.id}`).send(job);
    },
  );

  app.get(
    '/api/jobs',
    {
      config: { policy: 'train' },
      schema: {
        operationId: 'listJobs',
        summary: 'The last 100 jobs, newest first',
        tags: ['jobs'],
        response: { 200: jobsViewSchema, ...problemResponse },
      },
    },
    async () => ({ items: await queue.list() }),
  );

  app.get(
    '/api/jobs/:id',
    {
      config: { policy: 'train' },
      schema: {
        operationId: 'getJob',
        summary: 'One job: its progress, result or error',
        tags: ['jobs'],
        params: jobParamsSchema,
        response: { 200: jobSchema, ...problemResponse },
      },
    },
    async (request) => queue.get(request.params.id),
  );

  app.post(
    '/api/jobs/:id/cancel',
    {
      config: { policy: 'train' },
      schema: {
        operationId: 'cancelJob',
        summary: 'End a job; a training keeps its checkpoint and can be resumed',
        tags: ['jobs'],
        params: jobParamsSchema,
        response: { 200: jobSchema, ...problemResponse },
      },
    },
    async (request) => {
      const { id } = request.params;
      // Whoever may not begin one may not end one either.
      if (!request.identity.scopes.includes('admin') && (await queue.get(id)).kind === 'backup')
        throw new TintypeError('FORBIDDEN', { scope: 'admin' });
      return queue.cancel(id);
    },
  );
};
