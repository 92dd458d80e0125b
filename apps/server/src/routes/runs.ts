/** @file Runs of training: what was trained, how far it is, epoch by epoch, and the same as a stream of events. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runMetricsViewSchema, runsViewSchema, runViewSchema } from '@tintype/contracts/api';
import { TintypeError } from '@tintype/contracts/errors';
import { type Job, jobSchema } from '@tintype/contracts/job';
import { isNetworkTraining, type Run, trainOptionsSchema } from '@tintype/contracts/train';
import type { RunProgress } from '@tintype/contracts/train-events';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { bytesResponse, problemResponse, runParamsSchema } from '../api-schemas.ts';
import type { Access } from '../identify.ts';
import { watchRun } from '../watch-run.ts';

interface RunRoutes {
  workspace: Workspace;
  access: Pick<Access, 'watch'>;
}

/** Longest wait between two signs of life of a training: its steps and stages come far oftener. */
const quietMs = 120_000;
/** Watchers at once: each asks the catalog twice a second. */
const mostStreams = 64;

export const runRoutes: FastifyPluginAsyncZod<RunRoutes> = async (app, { workspace, access }) => {
  const { catalog, queue, clock, runFolders } = workspace;
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());
  let streams = 0;
  /** That trains it, or waits to: a job that is older than the run's end is only about to end, too. */
  const findJob = async ({ id, endedAt }: Run): Promise<Job | undefined> =>
    (await queue.list()).find(
      ({ status, progress, input, createdAt }) =>
        (status === 'queued' || status === 'running') &&
        (progress?.run === id || input.resume === id) &&
        (endedAt === null || createdAt >= endedAt),
    );

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
    async ({ params: { id } }) => {
      const run = await catalog.runs.get(id);
      const progress = (await catalog.runs.findProgress(id)) ?? null;
      const job = await findJob(run);
      return {
        run,
        progress,
        artifacts: await catalog.runs.artifacts(id),
        job: job?.id ?? null,
        isResumable: !job && canGoOn(run, progress, clock.now()),
      };
    },
  );

  app.post(
    '/api/runs/:id/resume',
    {
      config: { policy: 'train' },
      schema: {
        operationId: 'resumeRun',
        summary: 'Queue a job that goes on with a run from its last checkpoint',
        tags: ['train'],
        params: runParamsSchema,
        response: { 202: jobSchema, ...problemResponse },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const run = await catalog.runs.get(id);
      if ((await findJob(run)) !== undefined) throw new TintypeError('RUN_BUSY', { run: id });
      if (!canGoOn(run, await catalog.runs.findProgress(id), clock.now()))
        throw new TintypeError('RUN_NOT_RESUMABLE', { run: id, reason: explainEnd(run) });
      const job = await queue.add({ kind: 'train', input: { resume: id } });
      request.change = { target: id, details: { job: job.id } };
      return reply.code(202).header('location', `/api/jobs/${job.id}`).send(job);
    },
  );

  app.get(
    '/api/runs/:id/contact-sheet',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'getContactSheet',
        summary: 'The first pictures that a network was trained on, augmented, as one JPEG',
        tags: ['train'],
        params: runParamsSchema,
        response: { 200: bytesResponse('A picture', 'image/jpeg'), ...problemResponse },
      },
    },
    async ({ params: { id } }, reply) => {
      await catalog.runs.get(id);
      const sheet = (await catalog.runs.artifacts(id)).find(({ kind }) => kind === 'contact-sheet');
      const bytes = sheet && (await readFile(join(runFolders.pathOf(id), sheet.name)).catch(() => undefined));
      if (!sheet || !bytes) throw new TintypeError('ARTIFACT_NOT_FOUND', { run: id, name: 'contact sheet' });
      return sendSheet(reply, bytes);
    },
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

const sendSheet = (reply: FastifyReply, bytes: Uint8Array): FastifyReply =>
  reply
    .header('content-type', 'image/jpeg')
    .header('cache-control', 'private, max-age=3600')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .send(bytes);

/** A network that ended without a version; one that is said to run, and gives no sign of life, was killed. */
function canGoOn(run: Run, progress: RunProgress | null | undefined, now: number): boolean {
  if (run.status === 'succeeded' || !isNetwork(run)) return false;
  return run.status !== 'running' || now - (progress?.at ?? run.startedAt) > quietMs;
}

const isNetwork = ({ options }: Run): boolean => {
  const parsed = trainOptionsSchema.safeParse(options);
  return parsed.success && isNetworkTraining(parsed.data);
};

function explainEnd(run: Run): string {
  if (run.status === 'succeeded') return 'it has succeeded already';
  return isNetwork(run) ? 'it is being trained' : 'it trained a head, which has no checkpoints';
}
