/** @file Runs of training: what was trained, how far it is, epoch by epoch, and the same as a stream of events. */
import { runMetricsViewSchema, runsViewSchema, runViewSchema } from '@tintype/contracts/api';
import { TintypeError } from '@tintype/contracts/errors';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { bytesResponse, problemResponse, runParamsSchema } from '../api-schemas.ts';
import type { Access } from '../identify.ts';
import { watchRun } from '../watch-run.ts';

interface RunRoutes {
  workspace: Workspace;
  access: Pick<Access, 'watch'>;
}

/** Watchers at once: each asks the catalog twice a second. */
const mostStreams = 64;

export const runRoutes: FastifyPluginAsyncZod<RunRoutes> = async (app, { workspace, access }) => {
  const { catalog } = workspace;
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());
  let streams = 0;

  app.get(
    '/api/runs',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'listRuns',
        summary: 'Runs of training, newest first',
        tags: ['train'],
        response: { 200: runsViewSchema, ...problemResponse },
      },
    },
    async () => ({ items: await catalog.runs.list() }),
  );

  app.get(
    '/api/runs/:id',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'getRun',
        summary: 'One run: its options, where it stands, what it left',
        tags: ['train'],
        params: runParamsSchema,
        response: { 200: runViewSchema, ...problemResponse },
      },
    },
    async ({ params: { id } }) => ({
      run: await catalog.runs.get(id),
      progress: (await catalog.runs.findProgress(id)) ?? null,
      artifacts: await catalog.runs.artifacts(id),
    }),
  );

  app.get(
    '/api/runs/:id/metrics',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'listRunMetrics',
        summary: 'Losses, accuracies and speed of every finished epoch',
        tags: ['train'],
        params: runParamsSchema,
        response: { 200: runMetricsViewSchema, ...problemResponse },
      },
    },
    async ({ params: { id } }) => {
      await catalog.runs.get(id);
      return { items: await catalog.runs.epochs(id) };
    },
  );

  app.get(
    '/api/runs/:id/events',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'watchRun',
        summary: 'Server-sent events: epoch, progress and ended, until the run has ended',
        tags: ['train'],
        params: runParamsSchema,
        response: { 200: bytesResponse('A stream of events', 'text/event-stream'), ...problemResponse },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await catalog.runs.get(id);
      if (streams >= mostStreams) throw new TintypeError('OVERLOADED', { retryAfterS: 5 });
      streams += 1;
      const seen = Number(request.headers['last-event-id']);
      const gone = new AbortController();
      request.raw.on('close', () => gone.abort());
      reply.raw.on('close', () => gone.abort());
      reply.hijack();
      reply.raw.writeHead(200, {
        ...reply.getHeaders(),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        connection: 'close',
      } as Record<string, string>);
      try {
        const signal = AbortSignal.any([gone.signal, closing.signal, access.watch(request, reply)]);
        const from = Number.isInteger(seen) && seen > 0 ? seen : 0;
        for await (const text of watchRun(catalog.runs, id, { afterEpoch: from, signal })) reply.raw.write(text);
      } catch (error) {
        request.log.error({ err: error, run: id }, 'A stream of events ended early.');
      } finally {
        streams -= 1;
        reply.raw.end();
      }
    },
  );
};
